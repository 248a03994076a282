/**
 * One event through XState, all or nothing.
 *
 * T1 A throw undoes everything of the transition and ends the actor with status `error`.
 * T2 Events an actor sends to itself are taken at once, before anything else that waits.
 * T3 An actor that has ended has no children, activities or timers, and its parent knows.
 */
import type { ActorEvent } from '#contracts/envelope.ts';
import type { Failure } from '#contracts/failure.ts';
import type { Json } from '#contracts/json.ts';
import { beginTransition } from './actor-scope.ts';
import { encodeContext } from './checked-codec.ts';
import { childChanges, stopAllChildren } from './children.ts';
import { collectEffects } from './collect-effects.ts';
import { referencesOf, saved, type Draft } from './draft.ts';
import { actorFailed, failureAsJson, failureOf } from './failure-of.ts';
import { assertLegal, canonical } from './live-snapshot.ts';
import { outgoingJson } from './outgoing.ts';
import { noteUnheard } from './unhandled.ts';
import type { LiveSnapshot } from './xstate-internals.ts';

const SELF_SENT_MAX = 1_000;

/** Enters the initial state. */
export function enter(draft: Draft, input: unknown): void {
  const { scope, prepared } = draft;
  const before = saved(draft.state);
  const initial = prepared.machine.getInitialSnapshot(scope, input);
  before.snapshot = { ...initial, children: {} };
  attempt(draft, { before, produce: () => initial });
  if (draft.state.status === 'error') draft.state.context = firstContext(draft, initial.context);
  takeSelfSent(draft);
}

/** What a machine that fails at once leaves behind; nothing when even that cannot be stored. */
function firstContext(draft: Draft, context: LiveSnapshot['context']): Draft['state']['context'] {
  try {
    return encodeContext(context, referencesOf(draft, {})).json;
  } catch {
    return {};
  }
}

/** Gives an event to the machine, and then all that it sends to itself. True when it took an edge of the statechart. */
export function transition(draft: Draft, event: ActorEvent): boolean {
  const took = transitionOnce(draft, event);
  takeSelfSent(draft);
  return took;
}

function transitionOnce(draft: Draft, event: ActorEvent): boolean {
  const { scope, prepared, state } = draft;
  beginTransition(scope, state.snapshot, event);
  prepared.noteType(event.type);
  attempt(draft, {
    before: saved(state),
    produce: () => prepared.machine.transition(state.snapshot, event, scope),
  });
  return scope.took || draft.state.status === 'error';
}

function takeSelfSent(draft: Draft): void {
  for (let count = 0; draft.state.status === 'active'; count += 1) {
    const event = draft.state.selfSent.shift();
    if (event === undefined) return;
    if (count >= SELF_SENT_MAX) {
      fail(
        draft,
        failureOf(new Error(`The actor sent itself ${SELF_SENT_MAX} events without coming to rest.`)),
      );
      return;
    }
    const isTaken = draft.prepared.events.matches(event.type) && transitionOnce(draft, event);
    if (!isTaken) noteUnheard(draft, event.type);
  }
}

type Attempt = { before: Draft['state']; produce: () => LiveSnapshot };

function attempt(draft: Draft, { before, produce }: Attempt): void {
  try {
    const next = produce();
    if (next.status === 'error') throw next.error;
    settle(draft, next);
  } catch (error) {
    draft.state = before;
    fail(draft, failureOf(error));
  }
}

function settle(draft: Draft, next: LiveSnapshot): void {
  const { state, prepared } = draft;
  canonical(next, prepared.machine.root);
  assertLegal(next);
  const contextBefore = state.snapshot?.context;
  collectEffects(draft, childChanges(draft, next));
  state.snapshot = next;
  if (next.context !== contextBefore) {
    const { json, sizeChars } = encodeContext(next.context, referencesOf(draft, next.children));
    state.context = json;
    state.contextSizeChars = sizeChars;
  }
  if (next.status === 'done') {
    state.output = checkedOutput(draft, outgoingJson(draft, next.output, 'output'));
    endWith(draft, 'done');
  }
  for (const type of draft.scope.dropped.splice(0)) noteUnheard(draft, type);
}

/** @throws Error when the output is not what the definition promises */
function checkedOutput({ prepared }: Draft, output: Json | undefined): Json | undefined {
  const checked = prepared.definition.checks?.output?.(output);
  if (checked === undefined) return output;
  if ('problem' in checked) throw actorFailed('OUTPUT_INVALID', checked.problem);
  return checked.value as Json | undefined;
}

/** Ends the actor with status `error`; its state stays as it was before the transition that failed. */
export function fail(draft: Draft, failure: Failure): void {
  draft.state.error = failure;
  endWith(draft, 'error');
}

/**
 * Ends the actor: timers and activities go, children go as their close policy says. The parent is told, unless it asked
 * for the end: then the actor is stopped without an error.
 */
export function endWith(draft: Draft, status: 'done' | 'error' | 'stopped'): void {
  const { state, parent } = draft;
  state.status = status;
  state.timers.clear();
  state.selfSent.length = 0;
  stopAllChildren(draft);
  state.activities.clear();
  if (parent === undefined || (status === 'stopped' && state.error === undefined)) return;
  const { childId } = parent;
  const event: ActorEvent =
    status === 'done'
      ? {
          type: `xstate.done.actor.${childId}`,
          actorId: childId,
          ...(state.output === undefined ? {} : { output: state.output }),
        }
      : {
          type: `xstate.error.actor.${childId}`,
          actorId: childId,
          ...(state.error ? { error: failureAsJson(state.error) } : {}),
        };
  state.effects.push({ kind: 'send', to: parent.address, event });
}
