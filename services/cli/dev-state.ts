/** What a running `windlass dev` tells the other commands: where everything listens. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DEV_DIR } from './config.ts';

export const DevState = z.object({
  pid: z.number().int(),
  natsUrl: z.string(),
  monitorUrl: z.string(),
  awsUrl: z.string(),
  smokeTestUrl: z.string(),
  consoleUrl: z.string().default(''),
});
export type DevState = z.infer<typeof DevState>;

/** Kept beside what the deployment writes. */
const stateFileIn = (dataDir: string): string => path.join(dataDir, 'dev.json');

/** Null when no `windlass dev` runs: a file left by one that was killed does not count. */
export async function readDevState(dataDir = DEV_DIR): Promise<DevState | null> {
  const text = await readFile(stateFileIn(dataDir), 'utf8').catch(() => null);
  if (text === null) return null;
  const state = DevState.safeParse(parseJson(text));
  return state.success && isAlive(state.data.pid) ? state.data : null;
}

export async function writeDevState(state: DevState, dataDir = DEV_DIR): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(stateFileIn(dataDir), JSON.stringify(state, null, 2));
}

export async function removeDevState(dataDir = DEV_DIR): Promise<void> {
  await rm(stateFileIn(dataDir), { force: true });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // half written by a process that was killed
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
