/** What a running `windlass dev` tells the other commands: where everything listens. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { LOCAL_DIR } from './config.ts';

export const DevState = z.object({
  pid: z.number().int(),
  natsUrl: z.string(),
  monitorUrl: z.string(),
  awsUrl: z.string(),
  smokeTestUrl: z.string(),
});
export type DevState = z.infer<typeof DevState>;

const STATE_FILE = path.join(LOCAL_DIR, 'dev.json');

/** Null when no `windlass dev` runs: a file left by one that was killed does not count. */
export async function readDevState(file = STATE_FILE): Promise<DevState | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const state = DevState.safeParse(parseJson(text));
  return state.success && isAlive(state.data.pid) ? state.data : null;
}

export async function writeDevState(state: DevState, file = STATE_FILE): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(state, null, 2));
}

export async function removeDevState(file = STATE_FILE): Promise<void> {
  await rm(file, { force: true });
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
