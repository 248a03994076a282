/** `windlass versions compat`: what would become of the live actors under other definitions. Stores nothing. */
import type { Command } from 'commander';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { scanRecords } from '#runtime/jetstream/jetstream-record-scan.ts';
import { Registry } from '#runtime/registry.ts';
import { forecast, type Forecast, type Verdict } from '#runtime/version-forecast.ts';
import { EXIT } from '../cli-error.ts';
import { invocationOf } from '../invocation.ts';
import type { Output, Style } from '../output.ts';
import type { Session } from '../session.ts';
import { deployedServices } from '../versions/deployed-services.ts';
import { loadDefinitions } from '../versions/load-definitions.ts';

type CompatOptions = { type?: string; json?: boolean };

const STYLES: Readonly<Record<Verdict, Style>> = {
  keeps: 'dim',
  adopts: 'green',
  migrates: 'green',
  strands: 'red',
};

export function addVersionsCompat(versions: Command): void {
  versions
    .command('compat')
    .argument('<module>', 'a .ts or .js file that exports the new actor definitions')
    .summary('what would become of the live actors under these definitions')
    .description(
      'Dry-run new definitions over every live actor: keeps, adopts a changed structure, migrates, or would strand.\n' +
        'Judged as if no worker had any other definition. Nothing is stored. Exit code 1 when something would strand.',
    )
    .option('-t, --type <type>', 'only this actor type')
    .option('--json', 'the same as --output json')
    .action(async (file: string, options: CompatOptions, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      const all = await loadDefinitions(file);
      const definitions = all.filter(({ type }) => options.type === undefined || type === options.type);
      await using session = await openSession();
      const { forecasts, unreadable } = await dryRun(session, definitions);
      const stranded = forecasts.filter(({ verdict }) => verdict === 'strands').length + unreadable.length;
      const result = { compatible: stranded === 0, counts: countsOf(forecasts), forecasts, unreadable };
      if (options.json) output.line(JSON.stringify(result, null, 2));
      else output.result(result, () => report(output, forecasts, unreadable));
      if (stranded > 0) process.exitCode = EXIT.failure;
    });
}

type DryRun = { forecasts: Forecast[]; unreadable: { subject: string; reason: string }[] };

async function dryRun(session: Session, definitions: readonly ActorDefinition[]): Promise<DryRun> {
  const kernel = createKernel();
  const registry = new Registry(kernel, definitions);
  const { bus } = session;
  const run: DryRun = { forecasts: [], unreadable: [] };
  for (const { service, topology } of await deployedServices(bus)) {
    for (const type of new Set(definitions.map((definition) => definition.type))) {
      const nowMs = Date.now();
      const unreadable = await scanRecords({ bus, topology }, { service, type }, (record) => {
        if (record.status === 'active') run.forecasts.push(forecast({ kernel, registry, nowMs }, record));
      });
      run.unreadable.push(...unreadable);
    }
  }
  return run;
}

function countsOf(forecasts: readonly Forecast[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { keeps: 0, adopts: 0, migrates: 0, strands: 0 };
  for (const { verdict } of forecasts) counts[verdict] += 1;
  return counts;
}

function report(
  output: Output,
  forecasts: readonly Forecast[],
  unreadable: DryRun['unreadable'],
): readonly string[] {
  if (forecasts.length + unreadable.length === 0) return ['No live actors of these types.'];
  const rows = forecasts.map(({ verdict, address, version, hash, to, why }) => [
    output.paint(STYLES[verdict], verdict),
    address,
    `${version} ${hash}`,
    to === undefined ? '' : `${to.version} ${to.hash}`,
    why ?? '',
  ]);
  const remedies = new Set(forecasts.flatMap(({ remedy }) => remedy ?? []));
  const counts = Object.entries(countsOf(forecasts)).map(([verdict, count]) => `${count} ${verdict}`);
  return [
    output.table(['', 'ACTOR', 'NOW', 'THEN', 'WHY'], rows),
    ...unreadable.map(({ subject, reason }) => `unreadable ${subject}: ${reason}`),
    '',
    counts.join(', '),
    ...[...remedies].map((remedy) => `remedy: ${remedy}`),
  ];
}
