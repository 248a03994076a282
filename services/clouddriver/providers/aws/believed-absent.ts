/** When an empty answer is believed. AWS may not show for a while what was made a moment ago. */
import { ActivityFailed } from '#runtime/activity.ts';
import type { ProviderCall } from '../provider.ts';

/** Looks that must agree, some seconds apart. */
const LOOKS = 3;
const BETWEEN_MS = 2_000;

/**
 * For undoing: what this operation made and AWS does not show is there all the same, and calling it absent would leave
 * it behind for ever. Nothing is undone that was not made, so looking again costs the rare case only.
 * @throws ActivityFailed until enough looks found nothing
 */
export function assertAbsent(what: string, call: ProviderCall): void {
  if ((call.attempt ?? Infinity) >= LOOKS) return;
  throw new ActivityFailed({
    code: 'AWS_NOT_VISIBLE_YET',
    message: `${what} is to be undone but AWS does not show it. It may only not be visible yet: Windlass looks again.`,
    kind: 'not-visible-yet',
    retryAfterMs: BETWEEN_MS,
  });
}
