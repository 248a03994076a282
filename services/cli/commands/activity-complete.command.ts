/** `windlass activity complete TOKEN [--output JSON]`: an activity that waits for somebody has succeeded. */
import type { Command } from 'commander';
import { completeActivity } from '#runtime/activity-completion.ts';
import { jsonOf, useToken } from '../activity-token.ts';

export function addActivityComplete(activity: Command): void {
  activity
    .command('complete')
    .summary('end an activity that waits for somebody, well')
    .argument('<token>', 'what the activity got from completeLater()')
    .option('--output <json>', 'what the activity returns')
    .action(async (token: string, options: { output?: string }, command: Command) => {
      const output = jsonOf('--output', options.output);
      await useToken(command, token, (ports) => completeActivity(ports, token, output));
    });
}
