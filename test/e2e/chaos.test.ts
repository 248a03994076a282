import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const chaos = path.join(import.meta.dirname, '..', 'chaos', 'main.ts');
const TIMEOUT_MS = 300_000;

type Result = { deployments: number; kills: number; serverKills: number; frozen: number };

async function campaign(...args: string[]): Promise<Result> {
  const { stdout } = await run(process.execPath, [chaos, '--json', ...args], { timeout: TIMEOUT_MS });
  return JSON.parse(stdout) as Result;
}

describe('deployments while everything is killed', () => {
  it(
    'none fails, is lost, doubled or orphaned when workers and the server are killed and one worker is frozen',
    async () => {
      const result = await campaign('--deployments', '6', '--kills', '11', '--replicas', '2');
      expect(result).toMatchObject({
        deployments: 6,
        failed: 0,
        lost: 0,
        doubled: 0,
        orphaned: 0,
        serverKills: 1,
        frozen: 1,
      });
    },
    TIMEOUT_MS,
  );

  it(
    'none fails, is lost, doubled or orphaned when the cloud throttles, fails and loses replies as well',
    async () => {
      const result = await campaign('--deployments', '4', '--kills', '4', '--replicas', '2', '--aws-faults');
      expect(result).toMatchObject({ deployments: 4, failed: 0, lost: 0, doubled: 0, orphaned: 0 });
    },
    TIMEOUT_MS,
  );
});
