/** Runs a chaos campaign as the process that a user would start, and reads its verdict. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = path.join(import.meta.dirname, 'main.ts');

export const CAMPAIGN_TIMEOUT_MS = 400_000;

export type CampaignResult = {
  deployments: number;
  failed: number;
  lost: number;
  doubled: number;
  orphaned: number;
  kills: number;
  streamReplicas: number;
  serverKills: number;
  serverFaults: Record<string, { count: number; p50: number; p99: number }>;
  frozen: number;
};

export async function campaign(...args: string[]): Promise<CampaignResult> {
  const { stdout } = await run(process.execPath, [script, '--json', ...args], {
    timeout: CAMPAIGN_TIMEOUT_MS,
    // The reaper's image is not needed: what is started here is stopped here.
    env: { ...process.env, TESTCONTAINERS_RYUK_DISABLED: 'true' },
  });
  return JSON.parse(stdout) as CampaignResult;
}
