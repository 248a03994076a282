/** The first thing anyone does: `npm start`. */
import { beforeAll, describe, expect, it } from 'vitest';
import { windlass, type CliResult } from './deployment.ts';

const DEMO_TIMEOUT_MS = 240_000;

describe('windlass demo', () => {
  let demo: CliResult;

  beforeAll(async () => {
    demo = await windlass(['demo']);
  }, DEMO_TIMEOUT_MS);

  it('shows the pipeline live and ends well', () => {
    expect(demo.stderr).toContain('✔ payments / Deploy to production  SUCCEEDED');
    expect(demo.exitCode).toBe(0);
  });

  it('replaces both regions, read back from the AWS API', () => {
    const rows = demo.stdout
      .slice(demo.stdout.indexOf('After'))
      .split('\n')
      .filter((line) => line.startsWith('us-'))
      .map((line) => line.split(/\s{2,}/));
    expect(rows).toEqual([
      ['us-east-1', 'payments-v000', 'disabled', '2', 'payments-1.4.1-x86_64'],
      ['us-east-1', 'payments-v001', 'enabled', '2', 'payments-1.4.2-x86_64'],
      ['us-east-2', 'payments-v000', 'disabled', '2', 'payments-1.4.1-x86_64'],
      ['us-east-2', 'payments-v001', 'enabled', '2', 'payments-1.4.2-x86_64'],
    ]);
  });

  it('leaves no process behind', () => {
    const pids = pidsIn(demo.stderr);
    expect(pids).toHaveLength(4);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it(
    'ends everything when it is interrupted',
    async () => {
      const { exitCode, stderr } = await windlass(['demo'], { interruptAfter: '3 Canary  RUNNING' });
      expect(exitCode).toBe(130);
      const pids = pidsIn(stderr);
      expect(pids).toHaveLength(4);
      for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    },
    DEMO_TIMEOUT_MS,
  );

  it(
    'ends everything when it is interrupted while it starts',
    async () => {
      const { exitCode, stdout } = await windlass(['demo'], { interruptAfter: 'Starting' });
      expect(exitCode).toBe(130);
      expect(stdout).toBe('');
    },
    DEMO_TIMEOUT_MS,
  );
});

function pidsIn(stderr: string): number[] {
  return [...stderr.matchAll(/runs as process (\d+)/g)].map((match) => Number(match[1]));
}
