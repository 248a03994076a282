import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Registers instances with every target group of a server group; all in service unless named.
 *
 * Idempotent: set semantics; those registered already are left out.
 *
 * @throws ActivityFailed, terminal: AWS_INVALID_TARGET. Others are retried.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
 */
export function registerTargets(deps: CloudActivityDeps): CloudActivity<'registerTargets'> {
  return cloudActivity('registerTargets', deps);
}
