import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Creates an empty Auto Scaling group (0/0/0) with its tags and target groups.
 *
 * Idempotent: the name is unique in the region; one that exists is compared by tag, template, subnets and target groups.
 *
 * @throws ActivityFailed, terminal: SERVER_GROUP_NAME_TAKEN when it is not ours. not-visible-yet: AWS_NOT_VISIBLE_YET.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
 */
export function createAutoScalingGroup(deps: CloudActivityDeps): CloudActivity<'createAutoScalingGroup'> {
  return cloudActivity('createAutoScalingGroup', deps);
}
