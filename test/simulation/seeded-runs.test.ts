/**
 * Whole runs under faults that a seed decides: processes crash before and after any port call, freeze, are suspended
 * and replaced; everything between them and the bus is late. Judged by the outside world and the bus.
 *
 * `WINDLASS_SEEDS=5000` runs more of them, `WINDLASS_SEED=359` only that one.
 */
import { describe, expect, it } from 'vitest';
import { textOf, type RunResult } from './engine/run-result.ts';
import type { Weakness } from './engine/simulated-bus.ts';
import { simulateDeployments } from './worlds/deployments.ts';
import { simulateOrders } from './worlds/orders.ts';

const only = process.env['WINDLASS_SEED'];
const SEEDS = process.env['WINDLASS_SEEDS'];
const LONG_RUN_MS = 3_600_000;
/** Each planted fault must be seen within so many seeds. */
const PROOF_SEEDS = 60;

type Simulation = (seed: number) => Promise<RunResult>;

/** Runs seeds from 1 on, and says what was wrong. */
async function runSeeds(
  simulate: Simulation,
  count: number,
): Promise<{ failures: string[]; crashes: number; freezes: number }> {
  const seeds = only === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(only)];
  const failures: string[] = [];
  let [crashes, freezes] = [0, 0];
  for (const seed of seeds) {
    const verdict = await simulate(seed);
    crashes += verdict.crashes;
    freezes += verdict.freezes;
    if (verdict.findings.length === 0) continue;
    const again = `WINDLASS_SEED=${seed} npx vitest run test/simulation/seeded-runs.test.ts`;
    failures.push(`seed ${seed}: ${verdict.findings.map(textOf).join('; ')}\n  again with: ${again}`);
  }
  return { failures, crashes, freezes };
}

const SIMULATIONS: readonly [string, Simulation, number][] = [
  ['orders', (seed) => simulateOrders(seed), 150],
  ['deployments by Orca and Clouddriver', (seed) => simulateDeployments(seed), 60],
];

describe.each(SIMULATIONS)('%s under seeded faults', (_, simulate, seedsByDefault) => {
  it(
    'lose, double and forget nothing, whatever the seed',
    async () => {
      const { failures, crashes, freezes } = await runSeeds(simulate, Number(SEEDS ?? seedsByDefault));
      expect(failures).toEqual([]);
      // The runs must not be calm.
      if (only === undefined) expect(Math.min(crashes, freezes)).toBeGreaterThan(seedsByDefault);
    },
    LONG_RUN_MS,
  );

  it('do the same twice when the seed is the same', async () => {
    const hashes = new Set<string>();
    for (const seed of [11, 11, 12, 12]) hashes.add((await simulate(seed)).traceHash);
    expect(hashes.size).toBe(2);
  });
});

describe('the judge of seeded runs', () => {
  const planted: Record<Weakness, RegExp> = {
    'no-compare-and-set-and-no-fence': /went from step|doubled|lost/,
    'lose-after-ack': /stuck/,
    'torn-commit': /stuck/,
    'deliver-twice': /doubled/,
    reorder: /stuck/,
    'forget-too-much': /stuck/,
  };
  for (const [weaken, sign] of Object.entries(planted)) {
    it(`sees a bus that breaks its promise: ${weaken}`, async () => {
      for (let seed = 1; seed <= PROOF_SEEDS; seed += 1) {
        const { findings } = await simulateOrders(seed, { weaken: weaken as Weakness });
        if (findings.some((finding) => sign.test(textOf(finding)))) return;
      }
      expect.fail(`${PROOF_SEEDS} seeds show nothing`);
    });
  }

  it('sees deployments that a bus loses', async () => {
    for (let seed = 1; seed <= PROOF_SEEDS; seed += 1) {
      if ((await simulateDeployments(seed, { weaken: 'lose-after-ack' })).findings.length > 0) return;
    }
    expect.fail(`${PROOF_SEEDS} seeds show nothing`);
  });
});
