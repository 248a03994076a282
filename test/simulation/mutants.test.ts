/**
 * The checker must see what is wrong: each mutant breaks one thing of the runtime, and must show within 200 seeds.
 * Each runs in a process of its own, which loads the broken file; no production code knows of it.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MUTANTS } from './mutants/all-mutants.ts';
import { patched } from './mutants/mutant.ts';
import type { MutantReport } from './mutants/run-mutant.ts';

const SEEDS_MAX = 200;
const AT_ONCE = 2;
const LIMIT_MS = 600_000;
const RUNNER = fileURLToPath(new URL('./mutants/run-mutant.ts', import.meta.url));

async function runMutant(name: string): Promise<MutantReport> {
  const child = fork(RUNNER, [name, String(SEEDS_MAX)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(String(chunk)));
  return new Promise((resolve, reject) => {
    child.once('message', (report: MutantReport) => resolve(report));
    child.once('exit', (code) => reject(new Error(`'${name}' ended with code ${code}: ${errors.join('')}`)));
    child.once('error', reject);
  });
}

describe('the simulation', () => {
  const reports = new Map<string, MutantReport | Error>();

  beforeAll(async () => {
    const waiting = MUTANTS.map(({ name }) => name);
    const work = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
        reports.set(name, await runMutant(name).catch((error: unknown) => error as Error));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }, LIMIT_MS);

  afterAll(() => {
    const rows = MUTANTS.map(({ name, breaks }) => {
      const report = reports.get(name);
      const seen = report && !(report instanceof Error) ? `${report.caughtAt} | ${report.finding}` : '-';
      return `| ${name} | ${breaks} | ${seen.slice(0, 110)} |`;
    });
    process.stdout.write(`| mutant | breaks | seed | seen as |\n${rows.join('\n')}\n`);
  });

  it('knows at least 40 mutants, each by a name of its own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(40);
  });

  for (const { name, breaks } of MUTANTS) {
    it(`catches '${name}': ${breaks}`, () => {
      const report = reports.get(name);
      if (report instanceof Error) throw report;
      expect(report?.caughtAt).toEqual(expect.any(Number));
    });
  }
});

describe('a patch', () => {
  it('is refused when its snippet is not there exactly once', () => {
    const patch = { file: 'a.ts', find: 'x', replace: 'y' };
    expect(patched('a x b', [patch])).toBe('a y b');
    expect(() => patched('a b', [patch])).toThrow(/0 times/);
    expect(() => patched('x x', [patch])).toThrow(/2 times/);
  });
});
