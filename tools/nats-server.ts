/** Runs one nats-server as a child process: for the demo, development, tests and chaos. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findNatsServer } from './nats-server-find.ts';

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const PORT_ATTEMPTS_MAX = 10;
const COMPLAINT_LENGTH_MAX = 2_000;
/** Below the ephemeral range of Linux: there, a client that reconnects to a dead server can connect to itself. */
const PORT_RANGE = { first: 20_000, last: 31_999 };
/** Without it the block caches of the server grow without bound under random reads. */
const GO_MEMORY_LIMIT = '512MiB';
const ENDING_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGKILL',
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGABRT',
]);

export type NatsServerOptions = {
  /** Folder for streams, configuration and log. Kept: a later server on it finds everything again. */
  dataDir: string;
  /** Default: any free port. */
  port?: number;
  /** Further lines of server configuration. */
  extraConfig?: string;
  /**
   * When the server calls fsync: `always` before every acknowledgement (the shipped default), or a duration
   * such as `2m`, which loses acknowledged writes when the power fails.
   */
  syncInterval?: string;
};

export type NatsServer = {
  readonly url: string;
  /** The name by which streams call it (`cluster.leader`). */
  readonly name: string;
  /** Base URL of the server's monitoring endpoints (`/healthz`, `/jsz?config=true`). */
  readonly monitorUrl: string;
  /** Process id of the server that runs now; another one after {@link restart}. */
  readonly pid: number;
  readonly version: string;
  /** Sends a signal. Resolves after the process ended when the signal ends it, else at once. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends the server in good order. Does nothing when it is down. */
  stop(): Promise<void>;
  /** Starts the server again on the same port and data, after a stop or a kill. Stops a running one first. */
  restart(): Promise<void>;
};

/** The server ended or did not answer. The message holds the end of its log. */
export class NatsServerFailed extends Error {
  override readonly name = 'NatsServerFailed';
  readonly code = 'NATS_SERVER_FAILED';
}

/** Where a server listens, and a name by which its greeting is told from a stranger's on the same port. */
type Place = { name: string; port: number; monitorPort: number };

async function isFree(port: number): Promise<boolean> {
  const listener = net.createServer();
  return new Promise((resolve) => {
    listener.once('error', () => resolve(false));
    listener.listen(port, HOST, () => listener.close(() => resolve(true)));
  });
}

/** A port nobody listens on now. Someone may take it before we do: callers retry. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORT_RANGE.first + Math.floor(Math.random() * (PORT_RANGE.last - PORT_RANGE.first + 1));
    if (await isFree(port)) return port;
  }
}

function configuration(options: NatsServerOptions, place: Place): string {
  // The server puts its streams into the folder `jetstream` of this one.
  const storeDir = JSON.stringify(options.dataDir);
  return `server_name: ${place.name}
listen: "${HOST}:${place.port}"
http: "${HOST}:${place.monitorPort}"
max_payload: 4MB
log_file: ${JSON.stringify(path.join(options.dataDir, 'nats-server.log'))}
logfile_size_limit: 64MB
jetstream {
  store_dir: ${storeDir}
  sync_interval: ${options.syncInterval ?? 'always'}
  limits {
    batch {
      max_inflight_per_stream: 1000
      max_inflight_total: 10000
    }
  }
}
${options.extraConfig ?? ''}
`;
}

/** Whether our own server greets on its port. */
async function greets(place: Place): Promise<boolean> {
  const socket = net.connect({ host: HOST, port: place.port });
  try {
    const [data] = (await once(socket, 'data', { signal: AbortSignal.timeout(1_000) })) as [Buffer];
    return data.toString('utf8').includes(`"server_name":"${place.name}"`);
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const isDown = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function logEnd(dataDir: string): Promise<string> {
  const log = await readFile(path.join(dataDir, 'nats-server.log'), 'utf8').catch(() => '');
  return log.trimEnd().split('\n').slice(-8).join('\n');
}

async function launch(binary: string, options: NatsServerOptions, place: Place): Promise<ChildProcess> {
  const configPath = path.join(options.dataDir, 'nats-server.conf');
  await writeFile(configPath, configuration(options, place));
  const env = { GOMEMLIMIT: GO_MEMORY_LIMIT, ...process.env };
  // Its own process group: Ctrl-C in a terminal must not end it before those who need it.
  const child = spawn(binary, ['-c', configPath], {
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // What it says before its log file is open: a wrong configuration, a missing library.
  let complaint = '';
  child.stderr.on(
    'data',
    (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-COMPLAINT_LENGTH_MAX)),
  );
  child.on('error', (error) => (complaint = error.message));
  const endWithUs = (): boolean => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await greets(place))) {
    if (child.pid === undefined || isDown(child) || performance.now() > deadline) {
      child.kill('SIGKILL');
      const reason = complaint || (await logEnd(options.dataDir));
      throw new NatsServerFailed(`nats-server did not start on port ${place.port}:\n${reason}`);
    }
    await sleep(15);
  }
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (!isDown(child)) await once(child, 'exit');
}

async function end(child: ChildProcess): Promise<void> {
  if (isDown(child)) return;
  child.kill('SIGCONT'); // a frozen process would not see the next signal
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended(child);
  clearTimeout(patience);
}

async function launchAnywhere(
  binary: string,
  options: NatsServerOptions,
): Promise<{ place: Place; child: ChildProcess }> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const place = { name: `windlass-${randomUUID()}`, port, monitorPort: await freePort() };
    try {
      return { place, child: await launch(binary, options, place) };
    } catch (error) {
      if (options.port !== undefined || attempt >= PORT_ATTEMPTS_MAX) throw error;
      if (!(error instanceof NatsServerFailed && /address already in use/.test(error.message))) throw error;
    }
  }
}

/**
 * Starts a server with JetStream and returns when clients can connect.
 *
 * It ends with this process, also when this process crashes in JavaScript; a SIGKILL of this process leaves it.
 * @throws NatsServerNotFound no server could be found or fetched
 * @throws NatsServerFailed it did not start
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const { path: binary, version } = await findNatsServer();
  const dataDir = path.resolve(options.dataDir);
  const settings = { ...options, dataDir };
  await mkdir(dataDir, { recursive: true });
  const first = await launchAnywhere(binary, settings);
  const { place } = first;
  let child = first.child;
  return {
    url: `nats://${HOST}:${place.port}`,
    name: place.name,
    monitorUrl: `http://${HOST}:${place.monitorPort}`,
    version,
    get pid() {
      return child.pid ?? 0;
    },
    async kill(signal) {
      child.kill(signal);
      if (ENDING_SIGNALS.has(signal)) await ended(child);
    },
    stop: () => end(child),
    async restart() {
      await end(child);
      child = await launch(binary, settings, place);
    },
  };
}
