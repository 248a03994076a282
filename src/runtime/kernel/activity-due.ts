/**
 * What an activity waits for, until when, and what it means when that time passes without it.
 *
 * A worker watches the attempt that it runs. The actor watches what no worker can: the whole activity, an attempt that
 * no worker took, and one whose result is to come by token.
 */
import type { ActivityRecord } from '#contracts/actor-record.ts';
import type { Failure } from '#contracts/failure.ts';
import { failureAsJson } from './failure-of.ts';

/**
 * - `close`: the whole activity
 * - `retry`: the next attempt
 * - `start`: a worker that takes the attempt
 * - `token`: a result by token
 * - `beat`: a sign of life of whoever holds the token
 */
export type DueKind = 'close' | 'retry' | 'start' | 'token' | 'beat';

export type ActivityDue = { atMs: number; kind: DueKind };

/** What is due first. The end of the activity goes before anything that is due at the same time. */
export function activityDue(activity: ActivityRecord): ActivityDue {
  const {
    deadlineAtMs,
    nextAttemptAtMs: retryAtMs,
    startByMs,
    startedAtMs,
    asyncUntilMs,
    beatByMs,
  } = activity;
  if (retryAtMs !== undefined) return earliest([deadlineAtMs, 'close'], [retryAtMs, 'retry']);
  return earliest(
    [deadlineAtMs, 'close'],
    [startedAtMs === undefined ? startByMs : undefined, 'start'],
    [asyncUntilMs, 'token'],
    [asyncUntilMs === undefined ? undefined : beatByMs, 'beat'],
  );
}

function earliest(first: [number, DueKind], ...others: [number | undefined, DueKind][]): ActivityDue {
  let [atMs, kind] = first;
  for (const [otherMs, other] of others) {
    if (otherMs !== undefined && otherMs < atMs) [atMs, kind] = [otherMs, other];
  }
  return { atMs, kind };
}

/** When the actor next has to look at an activity, in epoch milliseconds. */
export function activityDueAtMs(activity: ActivityRecord): number {
  return activityDue(activity).atMs;
}

/** The whole activity did not end in time. */
export function outOfTime(activity: ActivityRecord): Failure {
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
    ...lastFailureDetails(activity),
  };
}

/** No worker said in time that it had taken the attempt. Ends the activity: another attempt would wait just as long. */
export function notStarted(activity: ActivityRecord): Failure {
  const { name, attempt, queue, options } = activity;
  return {
    code: 'ACTIVITY_SCHEDULE_TO_START_TIMEOUT',
    message:
      `No worker took attempt ${attempt} of activity '${name}' from the queue '${queue}' within ` +
      `${options.scheduleToStartMs ?? 0} ms. Start a worker for that queue, or give it more concurrency. ` +
      'One that took it in the last moment may still have an effect.',
    kind: 'unknown-outcome',
    ...lastFailureDetails(activity),
  };
}

/** Whoever holds the token let the attempt's time pass. */
export function tokenOverdue(activity: ActivityRecord): Failure {
  const { name, attempt, options } = activity;
  return {
    code: 'ACTIVITY_START_TO_CLOSE_TIMEOUT',
    message:
      `Nobody completed attempt ${attempt} of activity '${name}' by its token within ${options.startToCloseMs} ms. ` +
      'What it began elsewhere may still go on.',
    kind: 'unknown-outcome',
  };
}

/** Whoever holds the token gave no sign of life. */
export function tokenSilent(activity: ActivityRecord): Failure {
  const { name, attempt, options } = activity;
  return {
    code: 'ACTIVITY_HEARTBEAT_TIMEOUT',
    message:
      `Whoever is to complete attempt ${attempt} of activity '${name}' by its token gave no sign of life for ` +
      `${options.heartbeatMs} ms. What it began elsewhere may still go on.`,
    kind: 'unknown-outcome',
  };
}

function lastFailureDetails({ lastFailure }: ActivityRecord): Pick<Failure, 'details'> {
  return lastFailure === undefined ? {} : { details: { lastFailure: failureAsJson(lastFailure) } };
}
