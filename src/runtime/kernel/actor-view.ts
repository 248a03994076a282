/** What others may see of an actor. */
import type { ActorRecord, StateValue } from '#contracts/actor-record.ts';
import type { ActivityView, ActorView, ChildView, TimerView } from '#contracts/actor-view.ts';
import type { Json } from '#contracts/json.ts';
import type { ActorDefinition } from '../actor-definition.ts';
import { decodeContext, toJson } from './checked-codec.ts';
import { internalsOf, type NodeInternals } from './xstate-internals.ts';

/** Of timers and of children: a view rides in a header. */
const LISTED_MAX = 50;

/** The public view of a record; what only the machine could tell is left out when there is no definition. */
export function viewOf(definition: ActorDefinition | undefined, record: ActorRecord): ActorView {
  const detail = definition && detailOf(definition, record);
  const { error } = record.state;
  const tags = definition ? tagsOf(internalsOf(definition.machine).root, record.state.value) : [];
  const timers = timersOf(record);
  const children = childrenOf(record);
  const { paused, stalled, held = [], unhandled, cancelRequested } = record;
  return {
    v: 1,
    address: record.address,
    ...(record.parent === undefined ? {} : { parent: record.parent.address }),
    status: record.status,
    version: record.definition.version,
    hash: record.definition.hash,
    value: record.state.value,
    step: record.step,
    startedAtMs: record.startedAtMs,
    updatedAtMs: record.updatedAtMs,
    activities: activitiesOf(record),
    ...(tags.length === 0 ? {} : { tags }),
    ...(timers.length === 0 ? {} : { timers }),
    ...(children.length === 0 ? {} : { children }),
    ...(paused === undefined ? {} : { paused }),
    ...(stalled === undefined ? {} : { stalled }),
    ...(held.length === 0 ? {} : { held: held.length }),
    ...(unhandled === undefined ? {} : { unhandled }),
    ...(cancelRequested === undefined ? {} : { cancelRequested }),
    ...(detail === undefined ? {} : { detail }),
    ...(error === undefined ? {} : { error }),
  };
}

function activitiesOf(record: ActorRecord): ActivityView[] {
  return Object.entries(record.activities).map(([childId, activity]) => {
    const { name, birth, attempt, scheduledAtMs, deadlineAtMs } = activity;
    const { nextAttemptAtMs, lastFailure, lastHeartbeat, startedAtMs, asyncUntilMs } = activity;
    return {
      childId,
      name,
      birth,
      attempt,
      scheduledAtMs,
      deadlineAtMs,
      ...(nextAttemptAtMs === undefined ? {} : { nextAttemptAtMs }),
      ...(lastFailure === undefined ? {} : { lastFailure }),
      ...(lastHeartbeat === undefined ? {} : { lastHeartbeat }),
      ...(startedAtMs === undefined ? {} : { startedAtMs }),
      ...(asyncUntilMs === undefined ? {} : { asyncUntilMs }),
    };
  });
}

/** The earliest first. */
function timersOf(record: ActorRecord): TimerView[] {
  return Object.entries(record.timers)
    .map(([id, { dueAtMs, event }]) => ({ id, dueAtMs, event: event.type }))
    .toSorted((left, right) => left.dueAtMs - right.dueAtMs)
    .slice(0, LISTED_MAX);
}

/** Those that still run. */
function childrenOf(record: ActorRecord): ChildView[] {
  return Object.entries(record.children)
    .flatMap(([id, { kind, src, address, finished }]) =>
      finished === true ? [] : [{ id, kind, src, ...(address === undefined ? {} : { address }) }],
    )
    .slice(0, LISTED_MAX);
}

/** Tags of every active node, each once. */
function tagsOf(root: NodeInternals, value: StateValue): string[] {
  const tagsBelow = (node: NodeInternals, at: StateValue): string[] => {
    const inside = typeof at === 'string' ? [[at, {}] as const] : Object.entries(at);
    return inside.flatMap(([key, below]) => {
      const child = node.states[key];
      return child === undefined ? [] : [...child.tags, ...tagsBelow(child, below)];
    });
  };
  return [...new Set([...root.tags, ...tagsBelow(root, value)])];
}

/** A fault in a view must not stop the actor: it is shown in the view itself. */
function detailOf(definition: ActorDefinition | undefined, record: ActorRecord): Json | undefined {
  if (definition?.view === undefined) return undefined;
  const references = {
    identityOf: () => ({ id: '', birth: 0 }),
    revive: ({ id }: { id: string }) => ({ id }),
  };
  try {
    const context = decodeContext(record.state.context, references);
    const { value, output } = record.state;
    return toJson(definition.view({ context: context as never, value, output }), 'detail').json;
  } catch (error) {
    return { viewFailed: error instanceof Error ? error.message : String(error) };
  }
}
