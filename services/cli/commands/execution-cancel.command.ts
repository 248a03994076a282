/** `windlass execution cancel ID --reason TEXT`: stops it and undoes what is in flight. */
import type { Command } from 'commander';
import { requestSubjects } from '#contracts/subjects.ts';
import { sendControl } from '../control.ts';
import { invocationOf } from '../invocation.ts';

export function addExecutionCancel(execution: Command): void {
  execution
    .command('cancel')
    .summary('stop an execution and undo what is in flight')
    .argument('<id>')
    .requiredOption('-r, --reason <text>', 'why; shown to everyone who looks')
    .action(async (executionId: string, options: { reason: string }, command: Command) => {
      await sendControl(await invocationOf(command), {
        subject: requestSubjects.cancel,
        executionId,
        body: { reason: options.reason },
        done: 'is being canceled',
      });
    });
}
