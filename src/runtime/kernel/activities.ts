/**
 * Activities of an actor: dispatched, retried and given up by the actor itself, on its own timer.
 *
 * A1 The birth fences: a result of an earlier visit is stale.
 * A2 A success of any attempt of the same birth counts; a failure only of the attempt that is awaited.
 * A3 While it waits for the next attempt nothing runs and no slot of a worker is held.
 */
import { ActivityQueue } from '#contracts/activity-task.ts';
import type { ActivityRecord, ChildRecord } from '#contracts/actor-record.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Failure } from '#contracts/failure.ts';
import type { Json } from '#contracts/json.ts';
import type { ChildLogic } from './child-logic.ts';
import { nextSequence, type Draft } from './draft.ts';
import { failureAsJson } from './failure-of.ts';
import { outgoingJson } from './outgoing.ts';
import { nextAttemptAtMs } from './retry.ts';
import type { ActorReference } from './xstate-internals.ts';

type ActivityLogic = Extract<ChildLogic, { kind: 'activity' }>;
type ActivityResult = Extract<Envelope, { kind: 'activity-result' }>;
type ActivityProgress = Extract<Envelope, { kind: 'activity-progress' }>;

/** What a result means for the machine; `waiting` is nothing yet. */
export type Settlement =
  | { kind: 'done'; output: Json | undefined }
  | { kind: 'failed'; error: Failure }
  | { kind: 'waiting' };

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
  const birth = nextSequence(draft);
  draft.state.activities.set(id, {
    birth,
    name: logic.name,
    queue,
    ...(input === undefined ? {} : { input }),
    options: logic.options,
    attempt: 1,
    scheduledAtMs: draft.nowMs,
    deadlineAtMs: draft.nowMs + logic.options.scheduleToCloseMs,
  });
  dispatch(draft, id);
  return { kind: 'activity', src: String(reference.src), birth };
}

/** Hands the current attempt to the workers. */
function dispatch(draft: Draft, childId: string): void {
  const activity = draft.state.activities.get(childId);
  if (activity === undefined) return;
  const { birth, name, queue, input, options, attempt, deadlineAtMs, lastHeartbeat } = activity;
  draft.state.effects.push({
    kind: 'run-activity',
    task: {
      v: 1,
      actor: draft.address,
      childId,
      birth,
      name,
      queue,
      ...(input === undefined ? {} : { input }),
      attempt,
      scheduledAtMs: draft.nowMs,
      deadlineAtMs,
      startToCloseMs: options.startToCloseMs,
      heartbeatMs: options.heartbeatMs,
      ...(lastHeartbeat === undefined ? {} : { lastHeartbeat }),
    },
  });
}

/** Forgets an activity; an attempt that runs is told so, one that this very step dispatched never leaves. */
export function cancelActivity(draft: Draft, childId: string, birth: number): void {
  const { state } = draft;
  const activity = state.activities.get(childId);
  if (activity?.birth !== birth) return;
  state.activities.delete(childId);
  if (activity.nextAttemptAtMs !== undefined) return;
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
  if (result.outcome.status === 'succeeded') {
    if (result.attempt === activity.attempt) activities.delete(result.childId);
    else cancelActivity(draft, result.childId, activity.birth);
    return { kind: 'done', output: result.outcome.output };
  }
  if (result.attempt !== activity.attempt || activity.nextAttemptAtMs !== undefined) return undefined;
  const { failure } = result.outcome;
  const atMs = nextAttemptAtMs(activity, { failure, address: draft.address, nowMs: draft.nowMs });
  if (atMs === undefined) {
    activities.delete(result.childId);
    return { kind: 'failed', error: failure };
  }
  if (failure.details !== undefined) draft.state.bulky = true;
  const throttled = (activity.throttledAttempts ?? 0) + (failure.kind === 'throttle' ? 1 : 0);
  activities.set(result.childId, {
    ...activity,
    ...(throttled > 0 ? { throttledAttempts: throttled } : {}),
    nextAttemptAtMs: atMs,
    lastFailure: failure,
  });
  return { kind: 'waiting' };
}

/** Keeps the details of a heartbeat; false when it is stale. */
export function takeProgress(draft: Draft, progress: ActivityProgress): boolean {
  const activity = draft.state.activities.get(progress.childId);
  if (activity?.birth !== progress.birth || activity.attempt !== progress.attempt) return false;
  if (activity.nextAttemptAtMs !== undefined) return false;
  draft.state.bulky = true;
  draft.state.activities.set(progress.childId, { ...activity, lastHeartbeat: progress.details });
  return true;
}

/** When the actor next has to look at an activity. */
export function activityDueAtMs({ nextAttemptAtMs: retryAtMs, deadlineAtMs }: ActivityRecord): number {
  return Math.min(retryAtMs ?? deadlineAtMs, deadlineAtMs);
}

/** Dispatches the next attempt of an activity that is due, or gives it up; undefined when it is not to end. */
export function wakeActivity(draft: Draft, childId: string, birth: number): Failure | undefined {
  const { activities } = draft.state;
  const activity = activities.get(childId);
  if (activity?.birth !== birth || activityDueAtMs(activity) > draft.nowMs) return undefined;
  if (activity.deadlineAtMs <= draft.nowMs) {
    cancelActivity(draft, childId, birth);
    return outOfTime(activity);
  }
  const { nextAttemptAtMs: _due, ...waiting } = activity;
  activities.set(childId, { ...waiting, attempt: activity.attempt + 1 });
  dispatch(draft, childId);
  return undefined;
}

function outOfTime(activity: ActivityRecord): Failure {
  const { name, attempt, lastFailure, nextAttemptAtMs: retryAtMs, options } = activity;
  const running = retryAtMs === undefined;
  return {
    code: 'ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT',
    message:
      `Activity '${name}' did not end within ${options.scheduleToCloseMs} ms (attempt ${attempt}` +
      `${lastFailure === undefined ? '' : `, last failure ${lastFailure.code}`}). ` +
      (running
        ? 'Its last attempt may still have an effect: read back before trying again.'
        : 'Nothing is running.'),
    kind: running ? 'unknown-outcome' : (lastFailure?.kind ?? 'transient'),
    ...(lastFailure === undefined ? {} : { details: { lastFailure: failureAsJson(lastFailure) } }),
  };
}
