import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const LAUNCHER = path.resolve(import.meta.dirname, '../../../tools/run.mjs');
const LOCK = JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } });

describe('the launcher', () => {
  let root: string;

  /** A repository with one job, `windlass`, whose code is given; its one dependency is installed. */
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'windlass-run-'));
    for (const folder of ['tools', 'services/cli', 'node_modules/a', 'node_modules/.bin']) {
      await mkdir(path.join(root, folder), { recursive: true });
    }
    await copyFile(LAUNCHER, path.join(root, 'tools/run.mjs'));
    await writeFile(path.join(root, 'package.json'), '{"type":"module"}');
    await writeFile(path.join(root, 'package-lock.json'), LOCK);
    await writeFile(path.join(root, 'node_modules/.package-lock.json'), LOCK);
  });
  afterEach(() => rm(root, { recursive: true }));

  async function start(jobCode: string, ...jobArguments: string[]): Promise<ChildProcess> {
    await writeFile(path.join(root, 'services/cli/main.ts'), jobCode);
    return spawn(process.execPath, [path.join(root, 'tools/run.mjs'), ...jobArguments], { stdio: 'pipe' });
  }

  async function run(
    jobCode: string,
    ...jobArguments: string[]
  ): Promise<{ code: number; out: string; err: string }> {
    const child = await start(jobCode, ...jobArguments);
    const text = { out: '', err: '' };
    child.stdout?.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, ...text };
  }

  it('passes arguments to the job and its exit code back', async () => {
    const job = 'console.log(JSON.stringify(process.argv.slice(2))); process.exit(3);';
    const { code, out } = await run(job, 'windlass', '--', 'execution', '--watch');
    expect(JSON.parse(out)).toEqual(['execution', '--watch']);
    expect(code).toBe(3);
  });

  it('runs the job under Node 24 with the installed tools on PATH', async () => {
    const { out } = await run('console.log(process.versions.node, process.env.PATH);', 'windlass');
    expect(Number(out.split('.')[0])).toBeGreaterThanOrEqual(24);
    expect(out).toContain(path.join(root, 'node_modules', '.bin'));
  });

  it('passes SIGTERM on and reports how the job ended', async () => {
    const job =
      "process.on('SIGTERM', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1000);";
    const child = await start(job, 'windlass');
    if (child.stdout) await once(child.stdout, 'data');
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(7);
  });

  it('installs once when the lockfile is another one than what is installed', async () => {
    // given a dependency of the lockfile that is not installed; it lies beside, so no registry is asked
    const manifest = { name: 'x', type: 'module', dependencies: { b: 'file:b' } };
    const packages = {
      '': manifest,
      b: { version: '1.0.0' },
      'node_modules/b': { resolved: 'b', link: true },
    };
    await mkdir(path.join(root, 'b'));
    await writeFile(path.join(root, 'b/package.json'), '{"name":"b","version":"1.0.0"}');
    await writeFile(path.join(root, 'package.json'), JSON.stringify(manifest));
    const lock = JSON.stringify({ name: 'x', lockfileVersion: 3, packages });
    await writeFile(path.join(root, 'package-lock.json'), lock);

    // when a job runs twice
    const first = await run("console.log('job');", 'windlass');
    const second = await run("console.log('job');", 'windlass');

    // then only the first run installs
    expect(first).toMatchObject({ code: 0, out: 'job\n', err: expect.stringContaining('Installing') });
    expect(second).toEqual({ code: 0, out: 'job\n', err: '' });
  });

  it('names the jobs there are when it is asked for another', async () => {
    const { code, err } = await run('', 'nonsense');
    expect(code).toBe(1);
    expect(err).toMatch(/Unknown job 'nonsense'. One of: start, dev, windlass, test/);
  });
});
