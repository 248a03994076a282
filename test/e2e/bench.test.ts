import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);
const bench = path.join(import.meta.dirname, '..', '..', 'bench');

const Each = z.object({ server: z.number(), worker: z.number() });
const Line = z.looseObject({
  workload: z.string(),
  subject: z.enum(['windlass', 'jetstream']),
  durability: z.literal('always'),
  inFlight: z.number(),
  n: z.number().positive(),
});
const Measured = Line.extend({
  p50Ms: z.number().positive(),
  p99Ms: z.number().positive(),
  perSecond: z.number().positive(),
  cpuMsPerUnit: Each,
  rssMb: Each,
  diskBytesPerUnit: z.number(),
});

/** The lines of Windlass and raw JetStream: a peer may or may not be installed here. */
async function measure(...flags: string[]): Promise<z.infer<typeof Line>[]> {
  const args = [path.join(bench, 'main.ts'), '--json', '--subjects', 'windlass,jetstream', ...flags];
  const { stdout } = await run(process.execPath, args, { timeout: 170_000 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => Line.parse(JSON.parse(line)));
}

describe('the benchmark', () => {
  it('prints one JSON line a measurement, Windlass beside raw JetStream', async () => {
    const lines = await measure('--only', 'W1,W1S', '--units', '100');
    const measured = lines.map((line) => {
      const { workload, subject, inFlight } = Measured.parse(line);
      return `${workload} ${subject} ${inFlight}`;
    });
    expect([...new Set(measured)].toSorted()).toEqual(
      ['W1', 'W1S']
        .flatMap((workload) =>
          ['windlass', 'jetstream'].flatMap((subject) =>
            [1, 32, 256].map((n) => `${workload} ${subject} ${n}`),
          ),
        )
        .toSorted(),
    );
  }, 180_000);

  it('runs workflows, sleepers and machines to their end when asked for little', async () => {
    const lines = await measure('--only', 'W2,W3,W4,W6,W7', '--quick');
    for (const line of lines.filter(({ inFlight }) => inFlight > 1)) {
      expect({ ...line, failShare: line['failShare'] ?? 0 }).toMatchObject({ failShare: 0 });
    }
    expect(new Set(lines.map(({ workload }) => workload))).toEqual(new Set(['W2', 'W3', 'W4', 'W6', 'W7']));
  }, 180_000);

  it('loses no activity when the worker is killed in the middle', async () => {
    const [line] = await measure('--only', 'W5', '--quick');
    expect(line).toMatchObject({ workload: 'W5', lost: 0, failShare: 0 });
  }, 180_000);

  it('names a workload that it does not know and ends with exit code 2', async () => {
    const failed = run(process.execPath, [path.join(bench, 'main.ts'), '--only', 'W9']);
    await expect(failed).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'W9' is not one of"),
    });
  });
});
