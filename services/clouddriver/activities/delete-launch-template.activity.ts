import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Deletes a launch template; with `onlyOperation`, only when that operation made it.
 *
 * Idempotent: absent is an answer, not a failure.
 *
 * @throws ActivityFailed, terminal: AWS_UNAUTHORIZED_OPERATION and kin. Others are retried.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplate.html
 */
export function deleteLaunchTemplate(deps: CloudActivityDeps): CloudActivity<'deleteLaunchTemplate'> {
  return cloudActivity('deleteLaunchTemplate', deps);
}
