import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Finds target groups by name.
 *
 * Reads only.
 *
 * @throws ActivityFailed, terminal: TARGET_GROUP_NOT_FOUND, naming those that are missing.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html
 */
export function resolveTargetGroups(deps: CloudActivityDeps): CloudActivity<'resolveTargetGroups'> {
  return cloudActivity('resolveTargetGroups', deps);
}
