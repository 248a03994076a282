/** Which nats-server is good enough, and which one is fetched when there is none. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Older servers lack what the core streams need: fast atomic batches with message schedules. */
export const NATS_SERVER_VERSION_MIN = '2.14.3';
/** The version that is fetched. */
export const NATS_SERVER_VERSION = '2.15.1';

const VERSION_TIMEOUT_MS = 10_000;

export type NatsServerBinary = { path: string; version: string };

/** Whether `version` is at least `minimum`; both `major.minor.patch`. */
export function isAtLeast(version: string, minimum: string): boolean {
  const wanted = minimum.split('.').map(Number);
  const given = version.split('.').map(Number);
  for (const [position, number] of wanted.entries()) {
    const own = given[position] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

/** Asks a binary for its version. @throws Error when it does not run here, is no nats-server, or is too old. */
export async function checkedBinary(path: string): Promise<NatsServerBinary> {
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: VERSION_TIMEOUT_MS });
  const version = /nats-server: v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (!version) throw new Error(`${path} is not a nats-server: it answers '${stdout.trim()}'`);
  if (!isAtLeast(version, NATS_SERVER_VERSION_MIN)) {
    throw new Error(`${path} is ${version}, too old: at least ${NATS_SERVER_VERSION_MIN} is needed`);
  }
  return { path, version };
}
