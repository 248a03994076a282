/** An expected bad outcome, as data. Failures cross processes; exceptions do not. */
import { z } from 'zod';
import { Json } from './json.ts';

/**
 * What a failure means for a retry:
 * - `throttle`: slow down, then try again; does not count against the attempt budget
 * - `transient`: nothing happened, try again
 * - `unknown-outcome`: it may have happened; read back before doing it again
 * - `not-visible-yet`: our own earlier effect is not readable yet, wait
 * - `busy`: the resource is changing, wait longer
 * - `capacity`: the cloud has no room; retry by policy
 * - `terminal`: trying again cannot help
 */
export const FailureKind = z.enum([
  'throttle',
  'transient',
  'unknown-outcome',
  'not-visible-yet',
  'busy',
  'capacity',
  'terminal',
]);
export type FailureKind = z.infer<typeof FailureKind>;

export const Failure = z.object({
  /** Stable and searchable, e.g. `AWS_ALREADY_EXISTS`, `STAGE_TIMEOUT`. */
  code: z.string().min(1).max(128),
  /** For a person: what happened, why, what to do next. */
  message: z.string().max(4096),
  kind: FailureKind,
  /** The other side asked to wait this long, in milliseconds. */
  retryAfterMs: z.number().int().nonnegative().optional(),
  details: Json.optional(),
});
export type Failure = z.infer<typeof Failure>;
