/** `windlass execution get ID`: one execution as it is now, with its stages, operations and attempts. */
import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';
import { treeLines, withView, type ViewsByAddress } from '../watch/execution-tree.ts';
import { paintFor } from '../watch/tone-style.ts';
import { screenOf } from '../watch/tree-text.ts';

export function addExecutionGet(execution: Command): void {
  execution
    .command('get')
    .summary('show one execution')
    .argument('<id>')
    .action(async (executionId: string, _options: unknown, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      await using session = await openSession();
      const { detail } = await session.readExecution(executionId);
      const read = await session.views().readTree(executionId);
      const views = read.reduce<ViewsByAddress>(withView, new Map());
      output.result({ execution: detail, actors: read }, () => {
        const nowMs = Date.now();
        const paint = paintFor(output, output.stdout);
        return [executionId, ...screenOf(treeLines(views, nowMs), { nowMs, paint })];
      });
    });
}
