import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Finds subnets by id or purpose, or the default VPC and its zones.
 *
 * Reads only.
 *
 * @throws ActivityFailed, terminal: SUBNETS_NOT_FOUND, DEFAULT_NETWORK_NOT_FOUND.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html
 */
export function resolveNetwork(deps: CloudActivityDeps): CloudActivity<'resolveNetwork'> {
  return cloudActivity('resolveNetwork', deps);
}
