/** The CloudProvider over EC2, Auto Scaling and Elastic Load Balancing v2. */
import type { CloudProvider } from '../provider.ts';
import { autoScalingChanges } from './auto-scaling-changes.ts';
import { autoScalingLifecycle } from './auto-scaling-lifecycle.ts';
import { createAwsSessions, type AwsSessionOptions } from './aws-sessions.ts';
import { launchTemplates } from './launch-templates.ts';
import { resolution } from './resolution.ts';
import { serverGroups } from './server-groups.ts';
import { targetRegistrations } from './target-health.ts';

/** @returns the provider, and `close` for its connections */
export function createAwsProvider(options: AwsSessionOptions): {
  provider: CloudProvider;
  close: () => void;
} {
  const sessions = createAwsSessions(options);
  return {
    provider: {
      ...serverGroups(sessions),
      ...resolution(sessions),
      ...launchTemplates(sessions),
      ...autoScalingLifecycle(sessions),
      ...autoScalingChanges(sessions),
      ...targetRegistrations(sessions),
    },
    close: () => sessions.close(),
  };
}
