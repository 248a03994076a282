/**
 * Fetches nats-server from Debian's signed index, for machines that reach a Debian mirror but not GitHub.
 *
 * A private apt with its own lists and cache: needs no root, installs nothing, touches no system file.
 * apt verifies the signatures with the system's Debian keyring. The binary needs glibc 2.34 or newer.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SOURCES = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'];
const MIRROR_DEFAULT = 'https://deb.debian.org/debian';
/** First suite whose nats-server is new enough. */
const SUITE = 'forky';
const APT_TIMEOUT_MS = 180_000;

/** The mirror this machine uses already; it may be the only one in reach. */
export function mirrorIn(sources: string): string | null {
  const uris = [...sources.matchAll(/^(?:URIs:\s*|deb\s+(?:\[[^\]]*\]\s+)?)(\S+)/gm)].map(([, uri]) => uri);
  return uris.find((uri) => uri !== undefined && uri.includes('debian') && !uri.includes('security')) ?? null;
}

async function mirror(): Promise<string> {
  for (const file of SOURCES) {
    const found = mirrorIn(await readFile(file, 'utf8').catch(() => ''));
    if (found) return found;
  }
  return MIRROR_DEFAULT;
}

function aptConfig(directory: string): string {
  const settings: Record<string, string> = {
    'Dir::Etc::sourcelist': path.join(directory, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': directory,
    'Dir::State::status': path.join(directory, 'status'),
    'Dir::State::lists': path.join(directory, 'lists'),
    'Dir::Cache': directory,
    'Dir::Log': directory,
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    // Mirrors may lag behind; the signature is still checked.
    'Acquire::Check-Valid-Until': 'false',
    'Debug::NoLocking': 'true',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} "${value}";\n`)
    .join('');
}

/** Puts Debian's binary into `directory` and returns its path. */
export async function fetchFromDebian(directory: string): Promise<string> {
  if (process.platform !== 'linux' || !existsSync(KEYRING))
    throw new Error('this machine has no Debian keyring');
  for (const folder of ['lists/partial', 'archives/partial']) {
    await mkdir(path.join(directory, folder), { recursive: true });
  }
  await writeFile(path.join(directory, 'status'), '');
  await writeFile(
    path.join(directory, 'sources.list'),
    `deb [signed-by=${KEYRING}] ${await mirror()} ${SUITE} main\n`,
  );
  const configPath = path.join(directory, 'apt.conf');
  await writeFile(configPath, aptConfig(directory));
  const options = {
    cwd: directory,
    env: { ...process.env, APT_CONFIG: configPath },
    timeout: APT_TIMEOUT_MS,
  };
  await run('apt-get', ['-qq', 'update'], options);
  await run('apt-get', ['-qq', 'download', 'nats-server'], options);
  const archive = (await readdir(directory)).find((name) => /^nats-server_.*\.deb$/.test(name));
  if (!archive) throw new Error('apt downloaded no nats-server package');
  await run('dpkg-deb', ['-x', archive, 'root'], options);
  return path.join(directory, 'root', 'usr', 'sbin', 'nats-server');
}
