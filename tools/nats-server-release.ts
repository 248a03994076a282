/**
 * Fetches the official nats-server release.
 *
 * Every download must match the release's own SHA256SUMS file, read beside it over https, and where a sum
 * is pinned below, the pin too. Where the pins come from: a public build recipe that pins the same archives
 * (github.com was out of reach when they were written down, so they were not compared with the release
 * page by hand). A pin that disagrees with the release refuses the download; it can never admit a wrong one.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NATS_SERVER_VERSION } from './nats-server-version.ts';

const run = promisify(execFile);

/** A host that does not answer within this time counts as out of reach. */
const REACH_TIMEOUT_MS = 5_000;
const DOWNLOAD_TIMEOUT_MS = 180_000;

const SHA256_BY_TARGET: Readonly<Record<string, string>> = {
  'linux-amd64': 'bf5edc7b1ce98e885c368cb43a886eb148dc5d0551d99f3cf6141fb5e1954c70',
  'linux-arm64': 'e2fbab4cad7d3c76e3052eb959570393c9d73ba756b70bf8e9eea61e9ae6d49c',
};

const ARCH: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', ia32: '386', arm: 'arm7' };

/** This machine in the words of the release's file names, e.g. `linux-amd64`. */
export function releaseTarget(): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  return `${os}-${ARCH[process.arch] ?? process.arch}`;
}

async function download(url: string): Promise<Buffer> {
  const abort = new AbortController();
  let timer = setTimeout(
    () => abort.abort(new Error(`no answer in ${REACH_TIMEOUT_MS / 1000} s`)),
    REACH_TIMEOUT_MS,
  );
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error('the download takes too long')), DOWNLOAD_TIMEOUT_MS);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Refuses an archive whose SHA-256 is not the published (and pinned) one. @throws Error naming both sums */
export function checkSum(args: {
  archive: Buffer;
  name: string;
  sums: string;
  pin: string | undefined;
}): void {
  const published = args.sums
    .split('\n')
    .map((line) => line.trim().split(/\s+\*?/))
    .find(([, name]) => name === args.name)?.[0];
  if (!published) throw new Error(`SHA256SUMS does not list ${args.name}`);
  const actual = createHash('sha256').update(args.archive).digest('hex');
  if (actual !== published) throw new Error(`${args.name} has SHA-256 ${actual}, published is ${published}`);
  if (args.pin && actual !== args.pin)
    throw new Error(`${args.name} has SHA-256 ${actual}, pinned is ${args.pin}`);
}

/** Puts the official binary into `directory` and returns its path. */
export async function fetchRelease(directory: string): Promise<string> {
  const target = releaseTarget();
  const folder = `nats-server-v${NATS_SERVER_VERSION}-${target}`;
  const name = `${folder}.tar.gz`;
  const base = `https://github.com/nats-io/nats-server/releases/download/v${NATS_SERVER_VERSION}`;
  const sums = await download(`${base}/SHA256SUMS`);
  const archive = await download(`${base}/${name}`);
  checkSum({ archive, name, sums: sums.toString('utf8'), pin: SHA256_BY_TARGET[target] });
  const archivePath = path.join(directory, name);
  await writeFile(archivePath, archive);
  const binary = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';
  await run('tar', ['-xzf', archivePath, '-C', directory, `${folder}/${binary}`]);
  return path.join(directory, folder, binary);
}
