/** `windlass activity complete TOKEN [--result JSON]`: an activity that waits for somebody has succeeded. */
import type { Command } from 'commander';
import { completeActivity } from '#runtime/activity-completion.ts';
import { jsonOf, useToken } from '../activity-token.ts';

export function addActivityComplete(activity: Command): void {
  activity
    .command('complete')
    .summary('end an activity that waits for somebody, well')
    .argument('<token>', 'what the activity got from completeLater()')
    .option('--result <json>', 'what the activity returns')
    .action(async (token: string, options: { result?: string }, command: Command) => {
      const output = jsonOf('--result', options.result);
      await useToken(command, token, (ports) => completeActivity(ports, token, output));
    });
}
