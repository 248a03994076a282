import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Reads one server group with launch settings, instances, health and draining targets; null when there is none.
 *
 * Reads only.
 *
 * @throws ActivityFailed, terminal: AWS_ACCESS_DENIED and kin. Others are retried.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
 */
export function describeServerGroup(deps: CloudActivityDeps): CloudActivity<'describeServerGroup'> {
  return cloudActivity('describeServerGroup', deps);
}
