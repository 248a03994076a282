/** The published package in an empty project: runs from JavaScript, and types a TypeScript user's program. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const INSTALL_TIMEOUT_MS = 240_000;
const run = promisify(execFile);

describe('the package', () => {
  let folder: string;
  let project: string;
  let nats: TestNatsServer;
  const example = (): Promise<string> => readFile(path.join(ROOT, 'examples', '01-hello.ts'), 'utf8');

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'windlass-package-'));
    const built = path.join(folder, 'built');
    project = path.join(folder, 'project');
    await run(process.execPath, [path.join(ROOT, 'tools', 'build.ts'), built], { cwd: ROOT });
    await run('npm', ['pack', '--pack-destination', folder], { cwd: built });
    const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
    await run('mkdir', [project]);
    await writeFile(path.join(project, 'package.json'), JSON.stringify({ type: 'module', private: true }));
    // peers come along; types of node are the user's own
    const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', ...options, path.join(folder, packed), '@types/node@24'], { cwd: project });
    nats = await startTestNatsServer();
  }, INSTALL_TIMEOUT_MS);
  afterAll(async () => {
    await nats.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('runs the first example from JavaScript', async () => {
    await writeFile(path.join(project, 'hello.js'), stripTypeScriptTypes(await example()));
    const program = `import { main } from './hello.js';\nconsole.log(JSON.stringify(await main({ servers: ['${nats.url}'] })));\n`;
    await writeFile(path.join(project, 'run.js'), program);
    const { stdout } = await run(process.execPath, ['run.js'], { cwd: project });
    expect(stdout).toContain('["Hello, Ann!","Hello, Bob!"]');
  });

  it('types the first example, and finds a wrong event in it', async () => {
    const right = await example();
    await writeFile(path.join(project, 'right.ts'), right);
    await writeFile(path.join(project, 'wrong.ts'), right.replace("type: 'LEAVE' }", "type: 'STAY' }"));
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      strict: true,
      noEmit: true,
      types: ['node'],
    };
    await writeFile(
      path.join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['*.ts'] }),
    );
    const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const compiled = await run(process.execPath, [tsc, '--pretty', 'false'], { cwd: project }).catch(
      (error: unknown) => error as { stdout: string },
    );
    const files = [...compiled.stdout.matchAll(/^(?<file>[^\s(]+)\(\d+,\d+\): error/gm)].map(
      ({ groups }) => groups?.['file'],
    );
    expect(new Set(files)).toEqual(new Set(['wrong.ts']));
  });
});
