/**
 * `npm run simulate`: deployments under seeded faults, in one process a job, on a clock of their own.
 *
 * Progress goes to stderr, findings and the verdict to stdout; the last line of `--json` is the verdict.
 */
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { runSeeds } from './run-seeds.ts';
import { WORLDS } from './worlds/worlds.ts';

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Give a whole number from 0 on.');
  return value;
}

type Options = {
  seeds: number;
  seedStart: number;
  seconds?: number;
  jobs: number;
  world: string;
  json: boolean;
};

const command = new Command('simulate')
  .description('Runs the real runtime, Orca, Clouddriver and the AWS double under seeded faults.')
  .option('--seeds <n>', 'seeds to run', whole, 100)
  .option('--seed-start <n>', 'first seed', whole, 1)
  .option('--seconds <n>', 'start no seed after this long', whole)
  .option('--jobs <n>', 'processes', whole, Math.min(2, availableParallelism()))
  .option('--world <name>', `one of ${Object.keys(WORLDS).join(', ')}`, 'deployments')
  .option('--json', 'the verdict as one line of JSON', false);

const options = command.parse().opts<Options>();
if (!(options.world in WORLDS))
  command.error(`There is no world '${options.world}'. One of: ${Object.keys(WORLDS).join(', ')}.`);

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
const { verdict, nextSeed } = await runSeeds({ ...options, signal: stop.signal }, (line) =>
  process.stderr.write(`${line}\n`),
);
for (const { seed, texts } of verdict.bad) {
  const again = `npm run simulate -- --world ${options.world} --seeds 1 --seed-start ${seed}`;
  process.stdout.write(`seed ${seed}: ${texts.join('; ')}\n  again with: ${again}\n`);
}
const { bad, ...numbers } = verdict;
if (nextSeed < options.seedStart + options.seeds)
  process.stderr.write(`Stopped early. Go on with: --seed-start ${nextSeed}\n`);
if (options.json) process.stdout.write(`${JSON.stringify(numbers)}\n`);
else {
  const { seeds, deployments, perSecond, ...found } = numbers;
  const counts = Object.entries(found).map(([name, count]) => `${count} ${name}`);
  process.stdout.write(
    `${deployments} deployments of ${seeds} seeds, ${perSecond} a second: ${counts.join(', ')}\n`,
  );
}
process.exitCode = bad.length === 0 ? 0 : 1;
