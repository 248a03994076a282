import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Finds security groups by name in the VPC; ids pass through.
 *
 * Reads only.
 *
 * @throws ActivityFailed, terminal: SECURITY_GROUP_NOT_FOUND, naming those that are missing.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
 */
export function resolveSecurityGroups(deps: CloudActivityDeps): CloudActivity<'resolveSecurityGroups'> {
  return cloudActivity('resolveSecurityGroups', deps);
}
