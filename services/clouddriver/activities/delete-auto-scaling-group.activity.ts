import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Deletes an Auto Scaling group with its instances; with `onlyOperation`, only when that operation made it.
 *
 * Idempotent: absent is an answer, not a failure; one that is being deleted counts as done.
 *
 * @throws ActivityFailed, terminal: AWS_ACCESS_DENIED and kin. Others are retried.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
 */
export function deleteAutoScalingGroup(deps: CloudActivityDeps): CloudActivity<'deleteAutoScalingGroup'> {
  return cloudActivity('deleteAutoScalingGroup', deps);
}
