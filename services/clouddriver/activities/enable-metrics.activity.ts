import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Turns on group metrics at one-minute granularity; `*` means all.
 *
 * Idempotent: turning on what is on changes nothing.
 *
 * @throws ActivityFailed, terminal: AWS_VALIDATION for unknown metrics.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnableMetricsCollection.html
 */
export function enableMetrics(deps: CloudActivityDeps): CloudActivity<'enableMetrics'> {
  return cloudActivity('enableMetrics', deps);
}
