/** A whole deployment for a test file, and the command line as users run it: as a process. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DevDeployment, type DevDeploymentOptions } from '#services/cli/dev/dev-deployment.ts';

const ROOT = path.dirname(path.dirname(import.meta.dirname));

export type CliResult = { exitCode: number | null; stdout: string; stderr: string };

export type TestDeployment = DevDeployment & { dispose(): Promise<void> };

/** Starts a deployment of its own in a fresh folder. Call `dispose` afterwards. */
export async function startTestDeployment(
  options: Omit<DevDeploymentOptions, 'dataDir'> = {},
): Promise<TestDeployment> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'windlass-e2e-'));
  const deployment = new DevDeployment({ ...options, dataDir });
  await deployment.start();
  return Object.assign(deployment, {
    dispose: async () => {
      await deployment.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  });
}

/** Runs `windlass` with these words and waits for its end. `signal` is sent when `until` appears on stderr. */
export async function windlass(
  words: readonly string[],
  options: { env?: Record<string, string>; input?: string; interruptAfter?: string } = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [path.join(ROOT, 'services', 'cli', 'main.ts'), ...words], {
    cwd: ROOT,
    env: { ...process.env, NATS_URL: '', ...options.env },
  });
  let stdout = '';
  let stderr = '';
  let interrupted = false;
  const hear = (): void => {
    const { interruptAfter } = options;
    if (interruptAfter === undefined || interrupted || !`${stdout}${stderr}`.includes(interruptAfter)) return;
    interrupted = true;
    child.kill('SIGINT');
  };
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    hear();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    hear();
  });
  child.stdin.end(options.input ?? '');
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { exitCode, stdout, stderr };
}
