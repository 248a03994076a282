/** How often and how long an activity is tried. Data, stored with the actor: retries survive any crash. */
import { z } from 'zod';

const HOUR_MS = 3_600_000;

export const RetryPolicy = z.object({
  /** Wait before the second attempt, in milliseconds. */
  initialMs: z.number().int().min(0).default(1_000),
  /** Each wait is the previous one times this. */
  factor: z.number().min(1).default(2),
  /** No wait is longer, in milliseconds. */
  intervalMsMax: z.number().int().min(0).default(60_000),
  /** 0 = exact waits; 1 = full jitter (anywhere between 0 and the computed wait). */
  jitter: z.number().min(0).max(1).default(0.5),
  /** Attempts in all; 0 = as many as fit into `scheduleToCloseMs`. */
  attemptsMax: z.number().int().min(0).default(0),
  /** Failure codes that end the activity at once, besides every failure of kind `terminal`. */
  nonRetryableCodes: z.array(z.string()).default([]),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

export const ActivityOptions = z.object({
  retry: RetryPolicy.prefault({}),
  /** The whole activity, every attempt and wait included. Two hours: time to fix a cloud or to roll back a release. */
  scheduleToCloseMs: z
    .number()
    .int()
    .positive()
    .default(2 * HOUR_MS),
  /** One attempt. Its `AbortSignal` fires when it is over. */
  startToCloseMs: z.number().int().positive().default(60_000),
  /** Without `ctx.heartbeat()` for this long the attempt is given up; 0 = no heartbeat is expected. */
  heartbeatMs: z.number().int().min(0).default(0),
  /**
   * Ends the activity when no worker took an attempt within this time: another attempt would wait in the same queue.
   * Absent = it may wait as long as the activity may.
   */
  scheduleToStartMs: z.number().int().positive().optional(),
  /** How long a cancelled attempt may still clean up before its slot is given away; absent = 5 s. */
  cancelGraceMs: z.number().int().min(0).optional(),
  /** The output is stored beside the bus, and the machine sees a reference to it: a `LargePayload`. */
  largeOutput: z.literal(true).optional(),
});
export type ActivityOptions = z.infer<typeof ActivityOptions>;
export type ActivityOptionsInput = z.input<typeof ActivityOptions>;
