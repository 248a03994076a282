import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Reads a server group back and compares it with what was asked for.
 *
 * Reads only.
 *
 * @throws ActivityFailed, not-visible-yet: SERVER_GROUP_NOT_AS_EXPECTED with the differences, until it agrees or time is up.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
 */
export function verifyServerGroup(deps: CloudActivityDeps): CloudActivity<'verifyServerGroup'> {
  return cloudActivity('verifyServerGroup', deps);
}
