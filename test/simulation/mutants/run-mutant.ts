/**
 * A child of the mutants' test: loads the runtime with one thing broken, and runs seeds until something shows.
 *
 * Usage: node run-mutant.ts <name> <seeds>. Tells its parent, or prints, what it found: see {@link MutantReport}.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { RunResult } from '../engine/run-result.ts';
import type { Weakness } from '../engine/simulated-bus.ts';
import { MUTANTS } from './all-mutants.ts';
import { patched, type Mutant } from './mutant.ts';

export type MutantReport = {
  /** Files that were loaded broken. */
  patchedFiles: number;
  /** First seed that showed something; null when none did. */
  caughtAt: number | null;
  finding?: string;
};

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const [name = '', seeds = '200'] = process.argv.slice(2);
const mutant = MUTANTS.find((candidate) => candidate.name === name);
if (!mutant) throw new Error(`There is no mutant '${name}'.`);
const report = await run(mutant, Number(seeds));
if (process.send) process.send(report);
else process.stdout.write(`${JSON.stringify(report)}\n`);
// Simulated nodes go on for ever.
process.exit(0);

async function run({ world, patches = [], weaken }: Mutant, seedsMax: number): Promise<MutantReport> {
  const byFile = Map.groupBy(patches, ({ file }) => file);
  let patchedFiles = 0;
  registerHooks({
    load(url, context, next) {
      const file = url.startsWith('file:') ? fileURLToPath(url).slice(ROOT.length) : '';
      const wanted = byFile.get(file);
      if (!wanted) return next(url, context);
      patchedFiles += 1;
      const source = patched(readFileSync(fileURLToPath(url), 'utf8'), wanted);
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
  const simulate = await worldNamed(world);
  if (patchedFiles !== byFile.size) throw new Error(`The mutant '${name}' patches a file that nobody loads.`);
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const finding = await shown(simulate, seed, weaken);
    if (finding !== undefined) return { patchedFiles, caughtAt: seed, finding };
  }
  return { patchedFiles, caughtAt: null };
}

type Simulate = (seed: number, options: { weaken?: Weakness }) => Promise<RunResult>;

/** A world is loaded alone: most mutants need no cloud. */
async function worldNamed(world: Mutant['world']): Promise<Simulate> {
  if (world === 'orders') return (await import('../worlds/orders.ts')).simulateOrders;
  if (world === 'trips') return (await import('../worlds/trips.ts')).simulateTrips;
  return (await import('../worlds/deployments.ts')).simulateDeployments;
}

async function shown(
  simulate: Simulate,
  seed: number,
  weaken: Weakness | undefined,
): Promise<string | undefined> {
  try {
    const { findings } = await simulate(seed, weaken ? { weaken } : {});
    const [first] = findings;
    return first && `${first.kind}: ${first.text}`;
  } catch (error) {
    return `the run itself broke: ${(error as Error).message}`;
  }
}
