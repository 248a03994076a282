/** How activity code is written: one idempotent piece of IO. */
import type { Failure } from '#contracts/failure.ts';
import type { Json } from '#contracts/json.ts';

export type ActivityContext = {
  /** The same for every attempt of one activity, in any process; 40 characters of [a-z0-9-]. */
  idempotencyKey: string;
  /** Counted from 1. */
  attempt: number;
  /** Fires on cancellation, on the end of `startToCloseMs`, on a missed heartbeat and when the worker drains. */
  signal: AbortSignal;
  /** Tells the runtime that the attempt is alive; details reach the view and the next attempt. */
  heartbeat: (details?: Json) => void;
  /** Details of the last heartbeat of an earlier attempt. */
  lastHeartbeat: Json | undefined;
  /** Absolute end of the whole activity, in epoch milliseconds. */
  deadlineMs: number;
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
