/** How activity code is written: one idempotent piece of IO. */
import type { Failure } from '#contracts/failure.ts';
import type { Json } from '#contracts/json.ts';
import type { LargePayload } from '#contracts/large-payload.ts';

export type ActivityContext = {
  /** The same for every attempt of one activity, in any process; 40 characters of [a-z0-9-]. */
  idempotencyKey: string;
  /** Counted from 1. */
  attempt: number;
  /**
   * Fires on cancellation, on the end of `startToCloseMs`, on a missed heartbeat and when the worker drains. The code
   * may then clean up for `cancelGraceMs`; what it returns is ignored.
   */
  signal: AbortSignal;
  /** Tells the runtime that the attempt is alive; details reach the view and the next attempt. */
  heartbeat: (details?: Json) => void;
  /** Details of the last heartbeat of an earlier attempt, or of an earlier run of this one. */
  lastHeartbeat: Json | undefined;
  /** Absolute end of the whole activity, in epoch milliseconds. */
  deadlineMs: number;
  /**
   * The attempt is to end without a result, which somebody gives later by the token that this returns, from any process:
   * `completeActivity`, `failActivity`, `heartbeatActivity`. What the code returns is then ignored; what it throws still
   * fails the attempt. The result must come within `startToCloseMs` of the attempt's start.
   */
  completeLater: () => string;
  /** Payloads too large for records: an activity stores one and returns the reference. Kept for 90 days. */
  blobs: {
    /** @throws PayloadError over 64 MiB */
    put: (value: Json) => Promise<LargePayload>;
    /** References in the input are resolved already. @throws PayloadError */
    get: (reference: LargePayload) => Promise<Json>;
  };
};

/** Returns JSON, or throws {@link ActivityFailed}. Anything else thrown counts as `unknown-outcome`. */
export type Activity = (input: never, context: ActivityContext) => Promise<unknown>;

/** By activity name. */
export type ActivityCatalog = Readonly<Record<string, Activity>>;

/** Thrown by activities: an expected failure that says what a retry is worth. */
export class ActivityFailed extends Error {
  override readonly name = 'ActivityFailed';
  readonly failure: Failure;
  constructor(failure: Failure, options?: ErrorOptions) {
    super(`${failure.code}: ${failure.message}`, options);
    this.failure = failure;
  }
}
