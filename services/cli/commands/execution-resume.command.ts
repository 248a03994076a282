/** `windlass execution resume ID`. */
import type { Command } from 'commander';
import { requestSubjects } from '#contracts/subjects.ts';
import { sendControl } from '../control.ts';
import { invocationOf } from '../invocation.ts';

export function addExecutionResume(execution: Command): void {
  execution
    .command('resume')
    .summary('let a paused execution go on')
    .argument('<id>')
    .action(async (executionId: string, _options: unknown, command: Command) => {
      await sendControl(await invocationOf(command), {
        subject: requestSubjects.resume,
        executionId,
        body: {},
        done: 'goes on',
      });
    });
}
