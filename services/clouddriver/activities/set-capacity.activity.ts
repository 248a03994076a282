import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Sets minimum, maximum and desired size, in instances.
 *
 * Idempotent: absolute values, read first; the same again is no call.
 *
 * @throws ActivityFailed, busy: AWS_SCALING_ACTIVITY_IN_PROGRESS. not-visible-yet: AWS_NOT_VISIBLE_YET while our new group is not shown.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
 */
export function setCapacity(deps: CloudActivityDeps): CloudActivity<'setCapacity'> {
  return cloudActivity('setCapacity', deps);
}
