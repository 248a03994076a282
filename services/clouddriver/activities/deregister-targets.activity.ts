import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Takes instances out of every target group of a server group; a percentage takes that share, in order of ids.
 *
 * Idempotent: set semantics; those out already are left out. Draining goes on after it.
 *
 * @throws ActivityFailed, terminal: AWS_ACCESS_DENIED and kin. Others are retried.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html
 */
export function deregisterTargets(deps: CloudActivityDeps): CloudActivity<'deregisterTargets'> {
  return cloudActivity('deregisterTargets', deps);
}
