/** `windlass execution pause ID`. */
import type { Command } from 'commander';
import { requestSubjects } from '#contracts/subjects.ts';
import { sendControl } from '../control.ts';
import { invocationOf } from '../invocation.ts';

export function addExecutionPause(execution: Command): void {
  execution
    .command('pause')
    .summary('let what runs end and start nothing new')
    .argument('<id>')
    .action(async (executionId: string, _options: unknown, command: Command) => {
      await sendControl(await invocationOf(command), {
        subject: requestSubjects.pause,
        executionId,
        body: {},
        done: 'is paused: what runs ends, nothing new starts',
      });
    });
}
