/** `windlass actor ls`: actors of one type, or of one tree. */
import type { Command } from 'commander';
import type { ActorView } from '#contracts/actor-view.ts';
import { readersOf } from '../actor-session.ts';
import { invocationOf } from '../invocation.ts';
import { positiveInteger } from './numbers.ts';

type ListOptions = { service: string; type?: string; root?: string; held?: true; limit: number };

export function addActorList(actor: Command): void {
  actor
    .command('ls')
    .alias('list')
    .summary('list actors of a type, or of a tree, the latest changed first')
    .option('--service <service>', 'whose actors', 'orca')
    .option('--type <type>', 'only of this type')
    .option('--root <root>', 'only of the tree that began with the actor of this id')
    .option('--held', 'only those that are paused or stalled')
    .option('-n, --limit <number>', 'show at most this many', positiveInteger, 50)
    .action(async (options: ListOptions, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      await using session = await openSession();
      const { service, type = '*', root } = options;
      const { views } = await readersOf(session, service);
      const read = await (root === undefined ? views.readType({ service, type }) : views.readTree(root));
      const actors = read
        .filter(({ address }) => type === '*' || address.split(':')[1] === type)
        .filter(
          ({ paused, stalled }) => options.held !== true || paused !== undefined || stalled !== undefined,
        )
        .toSorted((left, right) => right.updatedAtMs - left.updatedAtMs)
        .slice(0, options.limit);
      output.result(actors, () =>
        actors.length === 0
          ? 'No actors.'
          : output.table(
              ['ADDRESS', 'STATUS', 'VALUE', 'STEP', 'CHANGED'],
              actors.map((view) => [
                view.address,
                statusOf(view),
                JSON.stringify(view.value),
                String(view.step),
                new Date(view.updatedAtMs).toISOString(),
              ]),
            ),
      );
    });
}

function statusOf({ status, paused, stalled, held }: ActorView): string {
  const hold = stalled ? `stalled ${stalled.code}` : paused ? 'paused' : status;
  return held === undefined ? hold : `${hold}, ${held} kept`;
}
