/** What goes wrong with attempts, as failures for machines and people. */
import type { ActivityOutcome, ActivityTask } from '#contracts/activity-task.ts';
import type { Failure } from '#contracts/failure.ts';
import { INLINE_BYTES_MAX } from '#contracts/large-payload.ts';
import { ActivityFailed } from './activity.ts';
import { PayloadError } from './large-payloads.ts';

export function failed(failure: Failure): ActivityOutcome {
  return { status: 'failed', failure: { ...failure, message: failure.message.slice(0, 4096) } };
}

/** Whatever the code of an activity threw. */
export function failureOf(error: unknown, task: ActivityTask): Failure {
  if (error instanceof ActivityFailed) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof PayloadError) return { code: error.code, message, kind: 'terminal' };
  return {
    code: 'ACTIVITY_THREW',
    message: `Activity '${task.name}' threw: ${message}`,
    kind: 'unknown-outcome',
  };
}

/** Another replica may have it: a rollout in progress. So it is tried again. */
export function unknownActivity(name: string): Failure {
  return {
    code: 'ACTIVITY_UNKNOWN',
    message: `No activity '${name}' runs in this worker. Register it, or wait for the rollout to end.`,
    kind: 'transient',
  };
}

export function notJson(problem: string): Failure {
  return {
    code: 'ACTIVITY_OUTPUT_INVALID',
    message: `The activity returned something that is not JSON: ${problem}. Return plain data.`,
    kind: 'terminal',
  };
}

/** Its output does not fit into an envelope, and the machine does not expect a reference. */
export function outputTooLarge(name: string, sizeBytes: number): Failure {
  return {
    code: 'ACTIVITY_OUTPUT_TOO_LARGE',
    message:
      `Activity '${name}' returned ${sizeBytes} bytes of JSON; at most ${INLINE_BYTES_MAX} fit into a result. ` +
      `Declare it in the machine as activity('${name}', { largeOutput: true }): its output is then stored, and the ` +
      'machine sees a reference. Or return less.',
    kind: 'terminal',
  };
}

/** Nothing of the activity ran yet. */
export function inputNotRead(error: unknown): Failure {
  return {
    code: 'ACTIVITY_INPUT_NOT_READ',
    message: `The large payloads in the activity's input could not be read: ${String(error)}. It is tried again.`,
    kind: 'transient',
  };
}

export function timeout(
  code:
    | 'ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT'
    | 'ACTIVITY_START_TO_CLOSE_TIMEOUT'
    | 'ACTIVITY_HEARTBEAT_TIMEOUT',
  what: string,
): ActivityFailed {
  return new ActivityFailed({
    code,
    message: `The attempt ${what} and was given up; it may still have had its effect.`,
    kind: 'unknown-outcome',
  });
}

/** Nobody waits for the attempt any more, or not for this run of it. The reason of the activity's signal. */
export class AttemptStopped extends Error {
  override readonly name = 'AttemptStopped';
  readonly why: 'cancelled' | 'draining' | 'replaced';
  constructor(why: AttemptStopped['why']) {
    super(
      {
        cancelled: 'The activity was cancelled.',
        draining: 'The worker is shutting down; the attempt runs again elsewhere.',
        replaced: 'The worker stood still for too long; the attempt runs again.',
      }[why],
    );
    this.why = why;
  }
}
