/**
 * A real moto server for the provider contract suite, from whatever this machine has:
 *
 * 1. `MOTO_URL`: one that runs already
 * 2. Debian and relatives: moto with its own Python and C library, unpacked once under the cache directory by a
 *    private apt; no root, no Docker, no system file touched
 * 3. Docker: the image `motoserver/moto`
 *
 * On a machine with none of these it says so; it never pretends.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const DOCKER_IMAGE = 'motoserver/moto:5.2.4';
/** The first suite whose moto is new enough. */
const SUITE = 'sid';
/** flask-cors and pyparsing are needed by the server and not declared. */
const PACKAGES = ['python3-moto', 'python3-flask-cors', 'python3-pyparsing'];
const PYTHON = 'usr/bin/python3';
const START_TIMEOUT_MS = 60_000;
const UNPACK_TIMEOUT_MS = 240_000;
/** Real AWS checks both; moto does so only when told. */
const STRICT_CHECKS = {
  MOTO_ENABLE_AMI_VALIDATION: '1',
  MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION: '1',
};

export interface RunningMoto {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Why there is no moto here, and what to do about it. */
export interface MotoUnavailable {
  readonly unavailable: string;
}

/** Starts moto on a free port. Resolves when it answers; nothing is left running if it does not. */
export async function startMoto(): Promise<RunningMoto | MotoUnavailable> {
  const given = process.env['MOTO_URL'];
  if (given !== undefined) return { url: given, stop: () => Promise.resolve() };
  const reasons: string[] = [];
  for (const start of [startUnpacked, startInDocker]) {
    try {
      return await start();
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  return {
    unavailable:
      `No moto server could be started: ${reasons.join('; ')}. Start one yourself, for example with ` +
      `\`docker run -p 5000:5000 ${DOCKER_IMAGE}\` or \`pip install 'moto[server]' && moto_server\`, ` +
      'and set MOTO_URL=http://127.0.0.1:5000',
  };
}

/** As `startMoto`, for those who cannot go on without. @throws Error with the hint */
export async function requireMoto(): Promise<RunningMoto> {
  const moto = await startMoto();
  if ('unavailable' in moto) throw new Error(moto.unavailable);
  return moto;
}

async function startUnpacked(): Promise<RunningMoto> {
  const root = await unpackedRoot();
  const loader = ['usr/lib64/ld-linux-x86-64.so.2', 'usr/lib/ld-linux-aarch64.so.1'].find((file) =>
    existsSync(path.join(root, file)),
  );
  if (loader === undefined) throw new Error(`${root} holds no dynamic loader for this machine`);
  const libraries = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
    .map((triple) => path.join(root, 'usr/lib', triple))
    .join(':');
  const port = await freePort();
  const { PYTHONPATH: _path, PYTHONDONTWRITEBYTECODE: _bytecode, ...env } = process.env;
  // The package's Python runs with the package's C library: the host's may be too old for it.
  const program = 'import sys; from moto.server import main; sys.argv[0] = "moto_server"; main()';
  const child = spawn(
    path.join(root, loader),
    [
      '--library-path',
      libraries,
      '--argv0',
      'python3',
      path.join(root, PYTHON),
      '-c',
      program,
      '-H',
      '127.0.0.1',
      '-p',
      String(port),
    ],
    {
      env: { ...env, ...STRICT_CHECKS, PYTHONHOME: path.join(root, 'usr') },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  return serving(child, `http://127.0.0.1:${port}`);
}

/** Unpacks moto unless it is there. Two processes that unpack at once both end with one whole tree. */
async function unpackedRoot(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  const root = path.join(cache, 'windlass', 'moto');
  if (existsSync(path.join(root, PYTHON))) return root;
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) {
    throw new Error('this is no Debian machine, so moto cannot be unpacked from Debian packages');
  }
  const unpacking = `${root}.${process.pid}`;
  try {
    await mkdir(unpacking, { recursive: true });
    const script = path.join(import.meta.dirname, 'debian-root.sh');
    await run(script, [SUITE, unpacking, ...PACKAGES], { timeout: UNPACK_TIMEOUT_MS });
    if (!existsSync(path.join(unpacking, PYTHON))) throw new Error(`the packages hold no ${PYTHON} any more`);
    await rename(unpacking, root).catch((error: unknown) => {
      // Another process was first, and its tree is as good.
      if (!existsSync(path.join(root, PYTHON))) throw error;
    });
  } catch (error) {
    throw new Error(`unpacking moto from Debian packages failed (${String(error)})`, { cause: error });
  } finally {
    await rm(unpacking, { recursive: true, force: true });
  }
  return root;
}

async function startInDocker(): Promise<RunningMoto> {
  const flags = Object.entries(STRICT_CHECKS).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  let id: string;
  try {
    const started = await run('docker', [
      'run',
      '-d',
      '--rm',
      '-p',
      '127.0.0.1::5000',
      ...flags,
      DOCKER_IMAGE,
    ]);
    id = started.stdout.trim();
  } catch (error) {
    throw new Error(`docker could not run ${DOCKER_IMAGE} (${String(error)})`, { cause: error });
  }
  const stop = async (): Promise<void> => {
    await run('docker', ['rm', '-f', id]);
  };
  try {
    const { stdout } = await run('docker', ['port', id, '5000/tcp']);
    const url = `http://${stdout.trim().split('\n')[0]}`;
    await answering(url, () => false);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function serving(child: ChildProcess, url: string): Promise<RunningMoto> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2_000)));
  let hasExited = false;
  const exited = new Promise<void>((resolve) => {
    const ended = (): void => {
      hasExited = true;
      resolve();
    };
    child.once('exit', ended);
    child.once('error', ended);
  });
  const stop = async (): Promise<void> => {
    if (!hasExited) child.kill('SIGKILL');
    await exited;
  };
  try {
    await answering(url, () => hasExited);
  } catch (error) {
    await stop();
    throw new Error(`moto did not start (${String(error)}): ${errors.trim()}`, { cause: error });
  }
  return { url, stop };
}

async function answering(url: string, isOver: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      const response = await fetch(`${url}/moto-api/data.json`);
      await response.arrayBuffer();
      if (response.ok) return;
    } catch (error) {
      if (isOver() || Date.now() > deadlineMs) throw error;
    }
    await sleep(100);
  }
}

/** Free at the time of asking. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      // Listening on TCP, so the address is one.
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
