/** Takes nats-server out of its official image, for Linux machines that have nothing but Docker. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { NATS_SERVER_VERSION } from './nats-server-version.ts';

const run = promisify(execFile);
const PULL_TIMEOUT_MS = 120_000;
const COMMAND_TIMEOUT_MS = 10_000;

/** Puts the image's binary into `directory` and returns its path. Pulls the image when it is missing. */
export async function fetchFromDocker(directory: string): Promise<string> {
  if (process.platform !== 'linux')
    throw new Error(`the image holds a Linux binary, this is ${process.platform}`);
  const image = `nats:${NATS_SERVER_VERSION}`;
  await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: COMMAND_TIMEOUT_MS });
  const { stdout } = await run('docker', ['create', image], { timeout: PULL_TIMEOUT_MS });
  const container = stdout.trim();
  const target = path.join(directory, 'nats-server');
  try {
    await run('docker', ['cp', `${container}:/nats-server`, target], { timeout: COMMAND_TIMEOUT_MS });
  } finally {
    await run('docker', ['rm', container], { timeout: COMMAND_TIMEOUT_MS });
  }
  return target;
}
