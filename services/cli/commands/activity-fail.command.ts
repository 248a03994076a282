/** `windlass activity fail TOKEN --code CODE --message TEXT`: the attempt that waits for somebody has failed. */
import { Option, type Command } from 'commander';
import { FailureKind } from '#contracts/failure.ts';
import { failActivity } from '#runtime/activity-completion.ts';
import { useToken } from '../activity-token.ts';

type FailOptions = { code: string; message: string; kind: FailureKind };

export function addActivityFail(activity: Command): void {
  activity
    .command('fail')
    .summary('end an attempt that waits for somebody, badly')
    .argument('<token>', 'what the activity got from completeLater()')
    .requiredOption('--code <code>', 'stable and searchable, e.g. APPROVAL_DENIED')
    .requiredOption('-m, --message <text>', 'what happened, why, and what to do next')
    .addOption(
      new Option('--kind <kind>', 'whether another attempt may help')
        .choices(FailureKind.options)
        .default('terminal'),
    )
    .action(async (token: string, { code, message, kind }: FailOptions, command: Command) => {
      await useToken(command, token, (ports) => failActivity(ports, token, { code, message, kind }));
    });
}
