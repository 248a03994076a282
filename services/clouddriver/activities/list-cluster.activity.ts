import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Lists names and creation times of a cluster's server groups, those being deleted too: their names are taken.
 *
 * Reads only.
 *
 * @throws ActivityFailed, terminal: AWS_ACCESS_DENIED and kin. Others are retried.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
 */
export function listCluster(deps: CloudActivityDeps): CloudActivity<'listCluster'> {
  return cloudActivity('listCluster', deps);
}
