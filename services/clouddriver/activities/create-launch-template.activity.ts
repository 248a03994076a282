import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Creates exactly one launch template under the given name.
 *
 * Idempotent: `idempotencyKey` is EC2's ClientToken; a name in use is compared by the operation's tag.
 *
 * @throws ActivityFailed, terminal: AWS_INVALID_LAUNCH_TEMPLATE_NAME_ALREADY_EXISTS when it is not ours, AWS_IDEMPOTENT_PARAMETER_MISMATCH (a fault of ours).
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
 */
export function createLaunchTemplate(deps: CloudActivityDeps): CloudActivity<'createLaunchTemplate'> {
  return cloudActivity('createLaunchTemplate', deps);
}
