/** `windlass versions ls`: which versions run where, and how many live actors are pinned to each. */
import type { Command } from 'commander';
import { describeNodes } from '#bus/node-description.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { scanViews } from '#runtime/jetstream/jetstream-record-scan.ts';
import { invocationOf } from '../invocation.ts';
import type { Output } from '../output.ts';
import { deployedServices } from '../versions/deployed-services.ts';
import { pinnedVersions, type PinnedVersion } from '../versions/pinned-versions.ts';

export function addVersionsList(versions: Command): void {
  versions
    .command('ls')
    .alias('list')
    .summary('which versions run where, and how many live actors are pinned to each')
    .option('-t, --type <type>', 'only this actor type')
    .action(async (options: { type?: string }, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      await using session = await openSession();
      const { bus } = session;
      const rows: PinnedVersion[] = [];
      for (const { service, topology } of await deployedServices(bus)) {
        const nodes = await describeNodes(bus, service);
        const views: ActorView[] = [];
        await scanViews({ bus, topology }, service, (view) => views.push(view));
        rows.push(...pinnedVersions({ service, nodes, views }));
      }
      const wanted = rows.filter(({ type }) => options.type === undefined || type === options.type);
      output.result(wanted, () => report(output, wanted));
    });
}

function report(output: Output, rows: readonly PinnedVersion[]): string {
  if (rows.length === 0) return 'No versions run here, and no live actor is pinned to one.';
  return output.table(
    ['SERVICE', 'TYPE', 'VERSION', 'STRUCTURE', 'NODES', 'LIVE', 'STALLED'],
    rows.map(({ service, type, version, hash, nodes, live, stalled }) => [
      service,
      type,
      String(version),
      hash,
      nodes.length === 0 ? output.paint('red', 'none') : nodes.join(' '),
      String(live),
      stalled > 0 ? output.paint('red', String(stalled)) : '0',
    ]),
  );
}
