/** `windlass activity heartbeat TOKEN [--details JSON]`: whoever is to end the attempt is still at it. */
import type { Command } from 'commander';
import { heartbeatActivity } from '#runtime/activity-completion.ts';
import { jsonOf, useToken } from '../activity-token.ts';

export function addActivityHeartbeat(activity: Command): void {
  activity
    .command('heartbeat')
    .summary('say that the work behind a token goes on')
    .argument('<token>', 'what the activity got from completeLater()')
    .option('--details <json>', 'shown to everyone, and given to the next attempt')
    .action(async (token: string, options: { details?: string }, command: Command) => {
      const details = jsonOf('--details', options.details);
      await useToken(command, token, (ports) => heartbeatActivity(ports, token, details));
    });
}
