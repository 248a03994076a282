import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Suspends scaling processes that run.
 *
 * Idempotent: those suspended already are left out.
 *
 * @throws ActivityFailed, not-visible-yet: AWS_NOT_VISIBLE_YET while our new group is not shown.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SuspendProcesses.html
 */
export function suspendProcesses(deps: CloudActivityDeps): CloudActivity<'suspendProcesses'> {
  return cloudActivity('suspendProcesses', deps);
}
