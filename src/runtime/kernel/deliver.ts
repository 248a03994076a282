/** One envelope into the draft: who may say what, and whether it still matters. */
import type { ActorEvent, Envelope } from '#contracts/envelope.ts';
import { takeProgress, takeResult, takeStarted, wakeActivity, type Settlement } from './activities.ts';
import { activityDueAtMs } from './activity-due.ts';
import { isAction, noteGivenUp } from './custom-actions.ts';
import { finishChild } from './children.ts';
import type { Draft } from './draft.ts';
import { cancel, goOn, terminate } from './end-actor.ts';
import { failureAsJson } from './failure-of.ts';
import type { Refusal } from './kernel.ts';
import { receivedSnapshot } from './sync-snapshot.ts';
import { sendToSystemId, takeSystemEvent, takeSystemId } from './system-ids.ts';
import { endWith, transition } from './transition.ts';
import { countUnhandled, noteUnheard } from './unhandled.ts';

type Reason = Refusal['reason'];
type EventEnvelope = Extract<Envelope, { kind: 'event' }>;
type ControlEnvelope = Extract<Envelope, { kind: 'cancel' | 'terminate' | 'pause' | 'resume' }>;

/** Applies an envelope; the reason when it was not acted on. */
export function deliver(draft: Draft, envelope: Envelope): Reason | undefined {
  if (envelope.kind === 'wake') return wake(draft, envelope.dueAtMs);
  if (draft.state.status !== 'active') return 'not-active';
  if (isOfAnotherLife(draft, envelope)) return 'stale';
  switch (envelope.kind) {
    case 'start':
      return 'stale';
    case 'stop':
      endWith(draft, 'stopped');
      return undefined;
    case 'event':
      return deliverEvent(draft, envelope);
    case 'system-id':
      return takeSystemId(draft, envelope);
    case 'system-event':
      return takeSystemEvent(draft, envelope);
    case 'activity-result': {
      const settlement = takeResult(draft, envelope);
      if (settlement === undefined) return 'stale';
      complete(draft, envelope.childId, settlement);
      return undefined;
    }
    case 'activity-progress':
      return takeProgress(draft, envelope) ? undefined : 'stale';
    case 'activity-started':
      return takeStarted(draft, envelope) ? undefined : 'stale';
    case 'cancel':
    case 'terminate':
    case 'pause':
    case 'resume':
      control(draft, envelope);
      return undefined;
  }
}

/** Births are counted anew when the record of an earlier actor of the address is gone. */
function isOfAnotherLife({ life: { life } }: Draft, envelope: Envelope): boolean {
  return 'life' in envelope && envelope.life !== undefined && life !== undefined && envelope.life !== life;
}

function control(draft: Draft, envelope: ControlEnvelope): void {
  switch (envelope.kind) {
    case 'cancel':
      return cancel(draft, envelope);
    case 'terminate':
      return terminate(draft, envelope);
    case 'pause':
      return pause(draft, envelope.reason);
    case 'resume':
      return goOn(draft);
  }
}

/** Paused already, it stays as it is. */
function pause({ control: held, nowMs }: Draft, reason: string | undefined): void {
  held.paused ??= { sinceMs: nowMs, ...(reason === undefined ? {} : { reason }) };
}

function deliverEvent(draft: Draft, { event, from }: EventEnvelope): Reason | undefined {
  // the one event of XState that users send: to a state with a route
  const isRoute = event.type === 'xstate.route' && draft.prepared.events.names(event.type);
  if (event.type.startsWith('xstate.') && !isRoute) return deliverLifecycle(draft, { event, from });
  // the runtime's own: a cancel is an envelope of its own kind
  if (event.type.startsWith('windlass.')) return 'reserved';
  const isKnown = event.type !== '*' && draft.prepared.events.matches(event.type);
  if (isKnown && transition(draft, event)) return undefined;
  countUnhandled(draft, event.type);
  return 'unhandled';
}

const LIFECYCLE = /^xstate\.(?:(?:done|error)\.actor|(?<snapshot>snapshot))\.(?<childId>.+)$/s;

/** A child's completion counts once, and only from the address of the child of this visit. */
function deliverLifecycle(
  draft: Draft,
  { event, from }: Pick<EventEnvelope, 'event' | 'from'>,
): Reason | undefined {
  const match = LIFECYCLE.exec(event.type)?.groups;
  const childId = match?.['childId'];
  if (childId === undefined || from === undefined) return 'reserved';
  const child = draft.state.children.get(childId);
  if (child?.kind !== 'actor' || child.address !== from || child.finished === true) return 'stale';
  if (match?.['snapshot'] !== undefined)
    return takeSnapshot(draft, { event, isWanted: child.syncSnapshot === true });
  finishChild(draft, childId);
  giveCompletion(draft, { ...event, actorId: childId });
  return undefined;
}

/** A snapshot that no state of the machine names is nothing to it; that is no refusal. */
function takeSnapshot(
  draft: Draft,
  { event, isWanted }: { event: ActorEvent; isWanted: boolean },
): Reason | undefined {
  if (!isWanted) return 'reserved';
  if (draft.prepared.events.matches(event.type)) transition(draft, receivedSnapshot(event));
  return undefined;
}

function complete(draft: Draft, childId: string, settlement: Settlement): void {
  if (settlement.kind === 'waiting') return;
  if (isAction(childId)) {
    if (settlement.kind === 'failed') noteGivenUp(draft, childId, settlement.error);
    return;
  }
  finishChild(draft, childId);
  if (settlement.kind === 'failed') {
    const error = failureAsJson(settlement.error);
    giveCompletion(draft, { type: `xstate.error.actor.${childId}`, error, actorId: childId });
  } else {
    const output = settlement.output === undefined ? {} : { output: settlement.output };
    giveCompletion(draft, { type: `xstate.done.actor.${childId}`, actorId: childId, ...output });
  }
}

/** An error that nobody takes ends the actor, as in XState; a completion that nobody takes is fine. */
function giveCompletion(draft: Draft, event: ActorEvent): void {
  if (event.type.startsWith('xstate.error.') || draft.prepared.events.matches(event.type))
    transition(draft, event);
}

type Due = { dueAtMs: number; order: number; fire: () => void };

/** The alarm rang: everything due fires in order, each as its own transition. Nothing due is fine. */
function wake(draft: Draft, dueAtMs: number): Reason | undefined {
  if (draft.armedAtMs === dueAtMs) draft.armedAtMs = undefined;
  if (draft.state.status !== 'active') return 'not-active';
  const due = [...dueTimers(draft), ...dueActivities(draft)].sort(
    (left, right) => left.dueAtMs - right.dueAtMs || left.order - right.order,
  );
  for (const { fire } of due) {
    if (draft.state.status === 'active') fire();
  }
  return undefined;
}

function dueTimers(draft: Draft): Due[] {
  return [...draft.state.timers]
    .filter(([, timer]) => timer.dueAtMs <= draft.nowMs)
    .map(([id, { dueAtMs, generation }]) => ({
      dueAtMs,
      order: generation,
      fire: () => fireTimer(draft, id, generation),
    }));
}

/** Fires a timer unless an earlier one of the same step cancelled or replaced it. */
function fireTimer(draft: Draft, id: string, generation: number): void {
  const { state } = draft;
  const timer = state.timers.get(id);
  if (timer?.generation !== generation) return;
  state.timers.delete(id);
  if (timer.toSystemId !== undefined) sendToSystemId(draft, timer.toSystemId, timer.event);
  else if (timer.to !== undefined) state.effects.push({ kind: 'send', to: timer.to, event: timer.event });
  else if (!draft.prepared.events.matches(timer.event.type) || !transition(draft, timer.event))
    noteUnheard(draft, timer.event.type);
}

function dueActivities(draft: Draft): Due[] {
  return [...draft.state.activities]
    .filter(([, activity]) => activityDueAtMs(activity) <= draft.nowMs)
    .map(([childId, activity]) => ({
      dueAtMs: activityDueAtMs(activity),
      order: activity.birth,
      fire: () => complete(draft, childId, wakeActivity(draft, childId, activity.birth)),
    }));
}
