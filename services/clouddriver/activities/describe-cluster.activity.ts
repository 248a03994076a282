import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Reads the server groups of a cluster with their instances and health; those being deleted are left out.
 *
 * Reads only.
 *
 * @throws ActivityFailed, terminal: AWS_ACCESS_DENIED and kin. Others are retried.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
 */
export function describeCluster(deps: CloudActivityDeps): CloudActivity<'describeCluster'> {
  return cloudActivity('describeCluster', deps);
}
