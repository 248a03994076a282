import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);
const bench = path.join(import.meta.dirname, '..', '..', 'bench', 'main.ts');

const Line = z.strictObject({
  workload: z.enum(['W1', 'W1S']),
  subject: z.enum(['windlass', 'jetstream']),
  durability: z.literal('always'),
  inFlight: z.number(),
  n: z.literal(100),
  p50Ms: z.number().positive(),
  p99Ms: z.number().positive(),
  perSecond: z.number().positive(),
  cpuMsPerUnit: z.object({ server: z.number(), worker: z.number() }),
});

describe('the benchmark', () => {
  it('prints one JSON line a measurement, Windlass beside raw JetStream', async () => {
    const { stdout } = await run(process.execPath, [bench, '--json', '--units', '100'], { timeout: 120_000 });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => Line.parse(JSON.parse(line)));
    const measured = lines.map(({ workload, subject, inFlight }) => `${workload} ${subject} ${inFlight}`);
    expect(measured.toSorted()).toEqual(
      ['W1', 'W1S']
        .flatMap((workload) =>
          ['windlass', 'jetstream'].flatMap((subject) =>
            [1, 32, 256].map((n) => `${workload} ${subject} ${n}`),
          ),
        )
        .toSorted(),
    );
  }, 180_000);
});
