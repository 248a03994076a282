/** The same seed does the same, in this process and in any other: a finding can be shown again. */
import { describe, expect, it } from 'vitest';
import { runSeeds } from './run-seeds.ts';

const runs: readonly [world: string, seeds: number][] = [
  ['trips', 25],
  ['orders', 25],
  ['deployments', 6],
];

describe.each(runs)('%s', (world, seeds) => {
  it('leave the same trace twice, in whichever process and order they run', async () => {
    const range = { seeds, seedStart: 1, world };
    const silent = (): void => undefined;
    const once = await runSeeds({ ...range, jobs: 1 }, silent);
    const again = await runSeeds({ ...range, jobs: 2 }, silent);
    const traces = once.reports.map(({ traceHash }) => traceHash);
    expect(again.reports.map(({ traceHash }) => traceHash)).toEqual(traces);
    expect(new Set(traces).size).toBe(seeds);
  });
});
