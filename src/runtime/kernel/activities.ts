/**
 * Activities of an actor: dispatched, retried and given up by the actor itself, on its own timer.
 *
 * A1 The birth fences: a result of an earlier visit is stale; so is one for an earlier actor of the address.
 * A2 A success of any attempt of the same birth counts; a failure only of the attempt that is awaited.
 * A3 While it waits for the next attempt, or for a result by token, no slot of a worker is held.
 * A4 A token counts for its own attempt alone, also when it brings a success.
 */
import { ActivityQueue } from '#contracts/activity-task.ts';
import type { ActivityRecord, ChildRecord } from '#contracts/actor-record.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Failure } from '#contracts/failure.ts';
import type { Json } from '#contracts/json.ts';
import { taskOf } from './activity-task-of.ts';
import { activityDue, notStarted, outOfTime, tokenOverdue, tokenSilent } from './activity-due.ts';
import type { ChildLogic } from './child-logic.ts';
import { nextSequence, type Draft } from './draft.ts';
import { outgoingJson } from './outgoing.ts';
import { nextAttemptAtMs } from './retry.ts';
import type { ActorReference } from './xstate-internals.ts';

type ActivityLogic = Extract<ChildLogic, { kind: 'activity' }>;
type ActivityResult = Extract<Envelope, { kind: 'activity-result' }>;
type ActivityProgress = Extract<Envelope, { kind: 'activity-progress' }>;
type ActivityStarted = Extract<Envelope, { kind: 'activity-started' }>;

/** What a result means for the machine; `waiting` is nothing yet. */
export type Settlement =
  | { kind: 'done'; output: Json | undefined }
  | { kind: 'failed'; error: Failure }
  | { kind: 'waiting' };

const WAITING: Settlement = { kind: 'waiting' };

/** Schedules an activity and dispatches its first attempt. */
export function startActivity(
  draft: Draft,
  logic: ActivityLogic,
  { id, reference }: { id: string; reference: ActorReference },
): ChildRecord {
  const input = outgoingJson(draft, reference.options?.input, `input of '${id}'`);
  const queue = logic.queue === undefined ? 'default' : logic.queue(input as never);
  if (!ActivityQueue.safeParse(queue).success) {
    throw new Error(
      `Activity '${logic.name}' chose the queue '${queue}'. Use 1 to 64 letters, digits, _ or -.`,
    );
  }
  // XState may enter a state again without leaving it, by a history state say: the visit before is over all the same
  const before = draft.state.activities.get(id);
  if (before !== undefined) cancelActivity(draft, id, before.birth);
  const birth = nextSequence(draft);
  const { name, options } = logic;
  dispatchNew(draft, { childId: id, birth, name, queue, input, options });
  return { kind: 'activity', src: String(reference.src), birth };
}

type NewActivity = Pick<ActivityRecord, 'birth' | 'name' | 'queue' | 'options'> & {
  childId: string;
  input: Json | undefined;
};

/** Writes an activity into the record and dispatches its first attempt. */
export function dispatchNew(draft: Draft, { childId, input, ...activity }: NewActivity): void {
  draft.state.activities.set(childId, {
    ...activity,
    ...(input === undefined ? {} : { input }),
    attempt: 1,
    scheduledAtMs: draft.nowMs,
    deadlineAtMs: draft.nowMs + activity.options.scheduleToCloseMs,
  });
  dispatch(draft, childId);
}

/** Hands the current attempt to the workers; whatever was known of an earlier one is forgotten. */
function dispatch(draft: Draft, childId: string): void {
  const { activities } = draft.state;
  const before = activities.get(childId);
  if (before === undefined) return;
  const {
    startByMs: _by,
    startedAtMs: _at,
    asyncUntilMs: _until,
    beatByMs: _beat,
    near: _near,
    ...kept
  } = before;
  const { scheduleToStartMs } = kept.options;
  const start = scheduleToStartMs === undefined ? {} : { startByMs: draft.nowMs + scheduleToStartMs };
  const dispatched = { ...kept, ...start };
  activities.set(childId, dispatched);
  const about = { actor: draft.address, childId, scheduledAtMs: draft.nowMs, ...draft.life };
  const task = taskOf(dispatched, about);
  draft.state.effects.push({ kind: 'run-activity', task });
}

/** Forgets an activity; an attempt that runs is told so, one that this very step dispatched never leaves. */
export function cancelActivity(draft: Draft, childId: string, birth: number): void {
  const { state } = draft;
  const activity = state.activities.get(childId);
  if (activity?.birth !== birth) return;
  state.activities.delete(childId);
  if (activity.nextAttemptAtMs !== undefined || activity.asyncUntilMs !== undefined) return;
  const uncommitted = state.effects.findIndex(
    (effect) =>
      effect.kind === 'run-activity' && effect.task.childId === childId && effect.task.birth === birth,
  );
  if (uncommitted >= 0) state.effects.splice(uncommitted, 1);
  else state.effects.push({ kind: 'cancel-activity', queue: activity.queue, childId, birth });
}

/** Takes the outcome of an attempt; undefined when it is stale. */
export function takeResult(draft: Draft, result: ActivityResult): Settlement | undefined {
  const { activities } = draft.state;
  const activity = activities.get(result.childId);
  if (activity?.birth !== result.birth) return undefined;
  const isAwaited = result.attempt === activity.attempt;
  if (result.outcome.status === 'succeeded') {
    if (isAwaited) activities.delete(result.childId);
    else if (result.byToken === true) return undefined;
    else cancelActivity(draft, result.childId, activity.birth);
    return { kind: 'done', output: result.outcome.output };
  }
  if (!isAwaited || activity.nextAttemptAtMs !== undefined) return undefined;
  return failAttempt(draft, { childId: result.childId, activity, failure: result.outcome.failure });
}

/** The awaited attempt failed: another one follows when its time has come, or the activity ends. */
function failAttempt(
  draft: Draft,
  { childId, activity, failure }: { childId: string; activity: ActivityRecord; failure: Failure },
): Settlement {
  const { activities } = draft.state;
  const atMs = nextAttemptAtMs(activity, { failure, address: draft.address, nowMs: draft.nowMs });
  if (atMs === undefined) {
    activities.delete(childId);
    return { kind: 'failed', error: failure };
  }
  if (failure.details !== undefined) draft.state.bulky = true;
  const throttled = (activity.throttledAttempts ?? 0) + (failure.kind === 'throttle' ? 1 : 0);
  activities.set(childId, {
    ...activity,
    ...(throttled > 0 ? { throttledAttempts: throttled } : {}),
    nextAttemptAtMs: atMs,
    lastFailure: failure,
  });
  return WAITING;
}

/** The activity whose awaited attempt runs, if it is the one that the envelope is about. */
function runningOf(draft: Draft, about: ActivityProgress | ActivityStarted): ActivityRecord | undefined {
  const activity = draft.state.activities.get(about.childId);
  if (activity?.birth !== about.birth || activity.attempt !== about.attempt) return undefined;
  return activity.nextAttemptAtMs === undefined ? activity : undefined;
}

/** Notes a sign of life and keeps its details; false when it is stale. */
export function takeProgress(draft: Draft, progress: ActivityProgress): boolean {
  const activity = runningOf(draft, progress);
  if (activity === undefined) return false;
  const { details } = progress;
  if (details !== undefined) draft.state.bulky = true;
  draft.state.activities.set(progress.childId, {
    ...activity,
    ...(details === undefined ? {} : { lastHeartbeat: details }),
    ...(activity.asyncUntilMs === undefined ? {} : beatBy(draft, activity)),
  });
  return true;
}

/** Notes that a worker took the attempt, or that its result will come by token; false when it is stale. */
export function takeStarted(draft: Draft, started: ActivityStarted): boolean {
  const activity = runningOf(draft, started);
  if (activity === undefined) return false;
  const { asyncUntilMs } = started;
  draft.state.activities.set(started.childId, {
    ...activity,
    startedAtMs: started.startedAtMs,
    ...(asyncUntilMs === undefined ? {} : { asyncUntilMs, ...beatBy(draft, activity) }),
  });
  return true;
}

function beatBy(draft: Draft, { options }: ActivityRecord): Pick<ActivityRecord, 'beatByMs'> {
  return options.heartbeatMs > 0 ? { beatByMs: draft.nowMs + options.heartbeatMs } : {};
}

/** The alarm rang: dispatches the next attempt when it is due, or gives up what did not come in time. */
export function wakeActivity(draft: Draft, childId: string, birth: number): Settlement {
  const { activities } = draft.state;
  const activity = activities.get(childId);
  if (activity?.birth !== birth) return WAITING;
  const due = activityDue(activity);
  if (due.atMs > draft.nowMs) return WAITING;
  // An alarm may be late: then nothing is begun that could not end any more.
  const kind = activity.deadlineAtMs <= draft.nowMs ? 'close' : due.kind;
  switch (kind) {
    case 'close':
      cancelActivity(draft, childId, birth);
      return { kind: 'failed', error: outOfTime(activity) };
    case 'start':
      cancelActivity(draft, childId, birth);
      return { kind: 'failed', error: notStarted(activity) };
    case 'token':
      return failAttempt(draft, { childId, activity, failure: tokenOverdue(activity) });
    case 'beat':
      return failAttempt(draft, { childId, activity, failure: tokenSilent(activity) });
    case 'retry': {
      const { nextAttemptAtMs: _due, ...waiting } = activity;
      activities.set(childId, { ...waiting, attempt: activity.attempt + 1 });
      dispatch(draft, childId);
      return WAITING;
    }
  }
}
