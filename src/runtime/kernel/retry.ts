/** When a failed attempt is worth another one, and when that is. Pure: jitter comes from a hash, not from chance. */
import type { ActivityRecord } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';
import type { Failure } from '#contracts/failure.ts';
import type { RetryPolicy } from '#contracts/retry-policy.ts';

/**
 * Time of the next attempt in epoch milliseconds; undefined when the activity is to give up: a terminal failure,
 * a code that is not to be retried, attempts used up (throttled ones do not count), or no time left.
 */
export function nextAttemptAtMs(
  activity: ActivityRecord,
  { failure, address, nowMs }: { failure: Failure; address: Address; nowMs: number },
): number | undefined {
  const { retry } = activity.options;
  if (failure.kind === 'terminal' || retry.nonRetryableCodes.includes(failure.code)) return undefined;
  const counted = activity.attempt - (activity.throttledAttempts ?? 0);
  if (failure.kind !== 'throttle' && retry.attemptsMax > 0 && counted >= retry.attemptsMax) return undefined;
  const waitMs = backoffMs(retry, {
    attempt: activity.attempt,
    share: hashShare(`${address}/${activity.birth}/${activity.attempt}`),
  });
  const atMs = nowMs + Math.max(failure.retryAfterMs ?? 0, waitMs);
  return atMs < activity.deadlineAtMs ? atMs : undefined;
}

/** Wait after attempt number `attempt`; `share` in [0, 1) picks the place within the jitter. */
export function backoffMs(
  policy: RetryPolicy,
  { attempt, share }: { attempt: number; share: number },
): number {
  const fullMs = Math.min(policy.initialMs * policy.factor ** (attempt - 1), policy.intervalMsMax);
  return Math.round(fullMs * (1 - policy.jitter * share));
}

/** A number in [0, 1) that depends on the text alone: FNV-1a with a final mix. */
export function hashShare(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
