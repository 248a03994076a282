/** `windlass execution ls`: executions, the newest first. */
import { Option, type Command } from 'commander';
import { ExecutionStatus, ExecutionView } from '#contracts/execution.ts';
import { invocationOf } from '../invocation.ts';
import { positiveInteger } from './numbers.ts';

type ListOptions = { limit: number; status?: ExecutionStatus };

export function addExecutionList(execution: Command): void {
  execution
    .command('ls')
    .alias('list')
    .summary('list executions, the newest first')
    .option('-n, --limit <number>', 'show at most this many', positiveInteger, 20)
    .addOption(new Option('-s, --status <status>', 'only with this status').choices(ExecutionStatus.options))
    .action(async (options: ListOptions, command: Command) => {
      const cli = await invocationOf(command);
      await using session = await cli.openSession();
      const views = await session.views().readType({ service: 'orca', type: 'execution' });
      const executions = views
        .flatMap((view) => {
          const detail = ExecutionView.safeParse(view.detail);
          return detail.success ? [{ ...detail.data, startedAtMs: view.startedAtMs, view }] : [];
        })
        .filter(({ status }) => options.status === undefined || status === options.status)
        .toSorted((a, b) => b.startedAtMs - a.startedAtMs)
        .slice(0, options.limit);
      cli.output.result(
        executions.map(({ view: _view, ...execution }) => execution),
        () =>
          executions.length === 0
            ? 'No executions.'
            : cli.output.table(
                ['ID', 'APPLICATION', 'PIPELINE', 'STATUS', 'STARTED', 'USER'],
                executions.map(({ executionId, application, name, status, startedAtMs, user }) => [
                  executionId,
                  application,
                  name,
                  status,
                  new Date(startedAtMs).toISOString(),
                  user,
                ]),
              ),
      );
    });
}
