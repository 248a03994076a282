/**
 * Ends of an actor that somebody else asked for.
 *
 * C1 A cancel is given to the machine, which may compensate; only a transition that names it takes it (`windlass.cancel`
 *    or `windlass.*`): a catch-all `*` would make an actor that nobody can cancel. Without one the actor ends.
 * C2 A cancel is taken once: a second one neither restarts a compensation nor cuts it short.
 * C3 A cancel ends a pause: whoever compensates must be able to move.
 * C4 A terminate asks nobody.
 * C5 A parent that did not ask for the end hears of it as of any other failure.
 */
import type { Envelope } from '#contracts/envelope.ts';
import { isOnHold } from './actor-control.ts';
import type { Draft } from './draft.ts';
import { actorFailed } from './failure-of.ts';
import { endWith, transition } from './transition.ts';

type CancelEnvelope = Extract<Envelope, { kind: 'cancel' }>;
type TerminateEnvelope = Extract<Envelope, { kind: 'terminate' }>;

export const CANCEL_EVENT = 'windlass.cancel';

/** Asks the machine to end, and ends the actor when no transition takes it. */
export function cancel(draft: Draft, { reason }: CancelEnvelope): void {
  const { control, prepared } = draft;
  goOn(draft);
  if (control.cancelRequested !== undefined) return;
  control.cancelRequested = { atMs: draft.nowMs, ...(reason === undefined ? {} : { reason }) };
  const event = { type: CANCEL_EVENT, ...(reason === undefined ? {} : { reason }) };
  if (prepared.events.answers(CANCEL_EVENT) && transition(draft, event)) return;
  draft.state.error = actorFailed('ACTOR_CANCELED', `The actor was canceled${because(reason)}`);
  endWith(draft, 'stopped');
}

/** Nothing holds the actor any more. */
export function goOn(draft: Draft): void {
  const { control } = draft;
  if (!isOnHold(control)) return;
  control.paused = undefined;
  control.stalled = undefined;
  // an alarm that rang meanwhile, or was parked, will not ring again
  draft.armedAtMs = undefined;
}

/** Ends the actor at once. */
export function terminate(draft: Draft, { reason }: TerminateEnvelope): void {
  draft.state.error = actorFailed('ACTOR_TERMINATED', `The actor was terminated${because(reason)}`);
  endWith(draft, 'stopped');
}

function because(reason: string | undefined): string {
  return reason === undefined ? '.' : `: ${reason}`;
}
