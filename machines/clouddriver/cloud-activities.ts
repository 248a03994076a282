/** The cloud activities as slots for machines: each on the queue of its account and region. */
import type { PromiseActorLogic } from 'xstate';
import type { CloudActivityInput, CloudActivityName } from '#contracts/operations/cloud-activity.contract.ts';
import type { ActivityOptionsInput } from '#contracts/retry-policy.ts';
import { activity } from '#machines/support/activity.ts';
import { activityQueueOf } from './activity-queue.ts';

const MINUTE_MS = 60_000;

/** Reading back settles within minutes or never; the others keep the runtime's two hours. */
const OPTIONS: Partial<Record<CloudActivityName, ActivityOptionsInput>> = {
  verifyServerGroup: { scheduleToCloseMs: 15 * MINUTE_MS, retry: { initialMs: 500, intervalMsMax: 15_000 } },
};

type Placed = { account: string; region: string };

/** Logic of one cloud activity; its worker implementation is offered under the same name. */
export function cloudActivity<N extends CloudActivityName>(
  name: N,
): PromiseActorLogic<unknown, CloudActivityInput<N>> {
  return activity<unknown, CloudActivityInput<N>>(name, {
    ...OPTIONS[name],
    queue: (input: Placed) => activityQueueOf(input.account, input.region),
  });
}
