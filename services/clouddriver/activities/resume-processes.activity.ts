import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Resumes scaling processes that are suspended.
 *
 * Idempotent: those running already are left out.
 *
 * @throws ActivityFailed, terminal: AWS_ACCESS_DENIED and kin. Others are retried.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ResumeProcesses.html
 */
export function resumeProcesses(deps: CloudActivityDeps): CloudActivity<'resumeProcesses'> {
  return cloudActivity('resumeProcesses', deps);
}
