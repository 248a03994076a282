/** `windlass dev`: a deployment that stays up whatever dies, and ends when it is told to. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestDeployment, windlass } from './deployment.ts';

const TIMEOUT_MS = 180_000;

type Running = { natsUrl: string; processes: { name: string; pid: number }[] };

describe('windlass dev', () => {
  let dataDir = '';
  let dev: ChildProcess | undefined;

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), 'windlass-dev-'));
  });
  afterEach(async () => {
    dev?.kill('SIGTERM');
    if (dev?.exitCode === null) await once(dev, 'exit');
    await rm(dataDir, { recursive: true });
  });

  const start = async (): Promise<Running> => {
    const words = ['services/cli/main.ts', 'dev', '--data-dir', dataDir, '-o', 'json'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    dev = child;
    let text = '';
    for await (const chunk of child.stdout) {
      text += String(chunk);
      if (text.endsWith('\n}\n')) break;
    }
    return JSON.parse(text) as Running;
  };

  it(
    'runs everything and ends everything on Ctrl-C',
    async () => {
      const { natsUrl, processes } = await start();
      expect(processes.map(({ name }) => name)).toEqual([
        'nats-server',
        'aws-double',
        'orca-1',
        'clouddriver-1',
        'console',
      ]);
      const doctor = await windlass(['doctor'], { env: { NATS_URL: natsUrl } });
      expect(doctor.exitCode).toBe(0);

      dev?.kill('SIGINT');
      if (dev?.exitCode === null) await once(dev, 'exit');

      expect(dev?.exitCode).toBe(0);
      for (const { pid } of processes) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    },
    TIMEOUT_MS,
  );

  it(
    'is refused while another one runs on the same folder',
    async () => {
      await start();
      const second = await windlass(['dev', '--data-dir', dataDir]);
      expect(second.stderr).toContain('DEV_ALREADY_RUNS');
      expect(second.exitCode).toBe(6);
    },
    TIMEOUT_MS,
  );
});

describe('a deployment whose processes are killed', () => {
  it.each(['orca-1', 'clouddriver-1', 'aws-double', 'nats-server'])(
    'ends a running pipeline well when %s is killed',
    async (name) => {
      const deployment = await startTestDeployment();
      try {
        const env = { NATS_URL: deployment.natsUrl };
        const before = deployment.processes.find((one) => one.name === name);
        const running = windlass(
          ['pipeline', 'run', 'examples/pipelines/03-parallel-regions.json', '--watch'],
          {
            env,
          },
        );
        await sleep(2_500); // somewhere in the middle

        await deployment.kill(name, 'SIGKILL');

        const { exitCode, stdout } = await running;
        expect(stdout).toMatch(/SUCCEEDED\n$/);
        expect(exitCode).toBe(0);
        const after = deployment.processes.find((one) => one.name === name);
        expect(after?.restarts).toBe(1);
        expect(after?.pid).not.toBe(before?.pid);
      } finally {
        await deployment.dispose();
      }
    },
    TIMEOUT_MS,
  );
});
