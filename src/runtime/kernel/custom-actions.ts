/**
 * Named custom actions of a machine, `setup({ actions: { notify: ({ context }, params) => … } })`.
 *
 * U1 An action runs after the commit of its step, on a worker, with the context and event of that step; never when
 *    the step was not stored.
 * U2 It is an activity that nobody waits for: at least once, tried again by the default policy while the actor lives,
 *    seen among the activities of the view, and given up with a line in the log. It may run twice: it must be
 *    idempotent, and is given the key for that.
 * U3 Actions of one step run side by side. What needs an order, a result or a failure is an activity.
 */
import type { ActorEvent } from '#contracts/envelope.ts';
import type { Failure } from '#contracts/failure.ts';
import type { Json, JsonObject } from '#contracts/json.ts';
import { ActivityOptions } from '#contracts/retry-policy.ts';
import { dispatchNew } from './activities.ts';
import { decodeContext, encodeContext } from './checked-codec.ts';
import { nextSequence, type Draft } from './draft.ts';
import type { InlineActivity } from './kernel.ts';
import { outgoingJson } from './outgoing.ts';
import { standIn } from './stand-in.ts';
import { identityByAddress, revivedByAddress } from './sync-snapshot.ts';
import type { CollectedAction, MachineInternals } from './xstate-internals.ts';

const CHILD_ID = 'windlass.action.';
const OPTIONS = ActivityOptions.parse({});

type Implementation = (args: object, params: unknown) => unknown;
type ActionInput = { context: JsonObject; event: ActorEvent; params?: Json };

/** Custom actions by name: those that are no built-in of XState. */
export function customActionsOf({ implementations }: MachineInternals): ReadonlyMap<string, Implementation> {
  const custom = Object.entries(implementations.actions).filter(
    ([, action]) => typeof action === 'function' && !('resolve' in action),
  );
  return new Map(custom as [string, Implementation][]);
}

/** Schedules an action of the step. @throws Error when it has no name by which it could be found again */
export function scheduleAction(draft: Draft, { type, params, exec, info }: CollectedAction): void {
  if (draft.prepared.customActions.get(type) !== exec || exec === undefined) {
    throw new Error(
      `Action '${type}' is inline or not implemented: nobody could find it after a crash. ` +
        `Name it in setup({ actions }), and enqueue it by that name.`,
    );
  }
  const { context, event } = info as { context: Record<string, unknown>; event: unknown };
  const encoded = encodeContext(context, { identityOf: identityByAddress, revive: () => undefined });
  if (encoded.sizeChars > 32 * 1024) draft.state.bulky = true;
  const given = outgoingJson(draft, params, `params of '${type}'`);
  const input = {
    context: encoded.json,
    event: outgoingJson(draft, event, `event of '${type}'`) as Json,
    ...(given === undefined ? {} : { params: given }),
  };
  const birth = nextSequence(draft);
  dispatchNew(draft, {
    childId: `${CHILD_ID}${type}.${birth}`,
    birth,
    name: `${draft.prepared.definition.type}.${srcOf(type)}`,
    queue: 'default',
    input,
    options: OPTIONS,
  });
}

/** Whether an activity is an action: its end is nothing to the machine. */
export function isAction(childId: string): boolean {
  return childId.startsWith(CHILD_ID);
}

export function noteGivenUp(draft: Draft, childId: string, failure: Failure): void {
  const value = `'${childId}' was given up: ${failure.code} ${failure.message}`;
  draft.state.effects.push({ kind: 'log', label: 'action', value });
}

/** Under which src a worker finds an action. */
function srcOf(name: string): string {
  return `action.${name}`;
}

/** What workers run, by src. */
export function actionActivities(
  actions: ReadonlyMap<string, Implementation>,
): ReadonlyMap<string, InlineActivity> {
  return new Map([...actions].map(([name, run]) => [srcOf(name), activityOf(run)]));
}

function activityOf(run: Implementation): InlineActivity {
  return async ({ input, idempotencyKey }) => {
    const { context, event, params } = input as ActionInput;
    const system = { get: () => undefined };
    const references = { identityOf: identityByAddress, revive: revivedByAddress };
    const self = standIn({ id: 'self', sessionId: idempotencyKey ?? '', system });
    await run({ context: decodeContext(context, references), event, self, system, idempotencyKey }, params);
    return undefined;
  };
}
