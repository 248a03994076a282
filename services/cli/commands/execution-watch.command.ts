/** `windlass execution watch ID`: a live tree, until the execution has ended. */
import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';
import { watchExecution } from '../watch/watch-execution.ts';
import { secondsAsMs } from './numbers.ts';

export function addExecutionWatch(execution: Command): void {
  execution
    .command('watch')
    .summary('follow an execution live, to its end')
    .description(
      'Follow an execution to its end: redrawn in place on a terminal, one line a change elsewhere.\nExit code 0 when it succeeded, 5 when it ended otherwise.',
    )
    .argument('<id>')
    .option('-t, --timeout <seconds>', 'stop waiting after this long', secondsAsMs)
    .action(async (executionId: string, options: { timeout?: number }, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      await using session = await openSession();
      const asText = output.format === 'table';
      const { execution: ended, exitCode } = await watchExecution({
        output,
        session,
        executionId,
        stream: asText ? output.stdout : output.stderr,
        ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
      });
      if (!asText) output.result(ended, () => '');
      process.exitCode = exitCode;
    });
}
