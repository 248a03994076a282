import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDevState, removeDevState, writeDevState } from '#services/cli/dev-state.ts';

const STATE = {
  natsUrl: 'nats://h:1',
  monitorUrl: 'http://h:2',
  awsUrl: 'http://h:3',
  smokeTestUrl: 'http://h:4',
  consoleUrl: 'http://h:5',
};

describe('dev state', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'windlass-dev-state-'));
  });
  afterEach(async () => rm(folder, { recursive: true }));

  it('is read back while its process lives', async () => {
    await writeDevState({ pid: process.pid, ...STATE }, folder);
    expect(await readDevState(folder)).toEqual({ pid: process.pid, ...STATE });
    await removeDevState(folder);
    expect(await readDevState(folder)).toBeNull();
  });

  it('does not count when its process is gone', async () => {
    const child = spawn(process.execPath, ['--eval', '0']);
    await once(child, 'exit');
    await writeDevState({ pid: child.pid ?? 0, ...STATE }, folder);
    expect(await readDevState(folder)).toBeNull();
  });

  it('does not count when it is half written', async () => {
    await writeDevState({ pid: process.pid, ...STATE }, folder);
    await writeFile(path.join(folder, 'dev.json'), '{"pid": 1');
    expect(await readDevState(folder)).toBeNull();
  });
});
