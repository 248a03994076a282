/**
 * Finds a nats-server that is new enough, or fetches one. The first that passes the version check wins:
 * $NATS_SERVER, PATH, the cache, the official release, Debian's package, the Docker image.
 */
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fetchFromDebian } from './nats-server-debian.ts';
import { fetchFromDocker } from './nats-server-docker.ts';
import { fetchRelease, releaseTarget } from './nats-server-release.ts';
import {
  NATS_SERVER_VERSION,
  NATS_SERVER_VERSION_MIN,
  checkedBinary,
  type NatsServerBinary,
} from './nats-server-version.ts';

const EXECUTABLE = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';

/** No rung of the ladder gave a server. The message lists what was tried and what to do. */
export class NatsServerNotFound extends Error {
  override readonly name = 'NatsServerNotFound';
  readonly code = 'NATS_SERVER_NOT_FOUND';
}

/** One way to get a server; throws with a reason when it has none. */
export type Rung = { name: string; get: () => Promise<NatsServerBinary> };

function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  return path.join(base, 'windlass', `nats-server-v${NATS_SERVER_VERSION}-${releaseTarget()}`);
}

async function fromPath(): Promise<NatsServerBinary> {
  const reasons: string[] = [];
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    if (folder === '') continue;
    try {
      return await checkedBinary(path.join(folder, EXECUTABLE));
    } catch (error) {
      const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!absent) reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(reasons.length > 0 ? reasons.join('; ') : 'there is none');
}

/** Fetches into a folder of its own, checks, then moves into the cache at one stroke: many may do this at once. */
async function fetched(fetchInto: (directory: string) => Promise<string>): Promise<NatsServerBinary> {
  const cache = cacheFolder();
  await mkdir(cache, { recursive: true });
  const directory = await mkdtemp(path.join(cache, 'fetch-'));
  try {
    const binary = await fetchInto(directory);
    await chmod(binary, 0o755);
    await checkedBinary(binary);
    const cached = path.join(cache, EXECUTABLE);
    await rename(binary, cached);
    return await checkedBinary(cached);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function ladder(): Rung[] {
  const named = process.env['NATS_SERVER'];
  return [
    ...(named ? [{ name: '$NATS_SERVER', get: () => checkedBinary(named) }] : []),
    { name: 'PATH', get: fromPath },
    { name: 'cache', get: () => checkedBinary(path.join(cacheFolder(), EXECUTABLE)) },
    { name: 'official release', get: () => fetched(fetchRelease) },
    { name: 'Debian package', get: () => fetched(fetchFromDebian) },
    { name: 'Docker image', get: () => fetched(fetchFromDocker) },
  ];
}

function hint(): string {
  if (process.platform === 'darwin') return 'Install it with `brew install nats-server`.';
  if (process.platform === 'win32') return 'Install it with `scoop install nats-server`.';
  return 'Download it from https://github.com/nats-io/nats-server/releases and put it on PATH.';
}

/**
 * Path and version of a usable nats-server. Fetches it once per machine, into `~/.cache/windlass`.
 *
 * @throws NatsServerNotFound when every way failed; the message says what was tried and what to do
 */
export async function findNatsServer(rungs: readonly Rung[] = ladder()): Promise<NatsServerBinary> {
  const reasons: string[] = [];
  for (const rung of rungs) {
    try {
      return await rung.get();
    } catch (error) {
      reasons.push(`- ${rung.name}: ${error instanceof Error ? error.message.trim() : String(error)}`);
    }
  }
  throw new NatsServerNotFound(
    `No nats-server >= ${NATS_SERVER_VERSION_MIN} was found or could be fetched.\n${reasons.join('\n')}\n` +
      `${hint()} Or set NATS_SERVER to the path of one.`,
  );
}
