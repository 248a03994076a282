/** Restate: one node as it ships (fsync of its log before every acknowledgement), one worker process, one client. */
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { diskBytes } from '../process-usage.ts';
import { ENTITIES, type Subject, type WorkflowInput, type WorkflowKind } from '../subject.ts';
import { RESTATE_FOLDER, restateServer } from './restate-installation.ts';

export const RESTATE_DURABILITY = 'always';

const START_TIMEOUT_MS = 60_000;
const WORKFLOW_TIMEOUT_MS = 180_000;
const POLL_MS = 20;

type Ports = { ingress: number; admin: number; node: number; worker: number };

export class RestateSubject implements Subject {
  readonly name: 'restate' | 'restate-xstate';
  #dataDir = '';
  #ports: Ports = { ingress: 0, admin: 0, node: 0, worker: 0 };
  #server: ChildProcess | undefined;
  #worker: ChildProcess | undefined;

  /** `restate-xstate` writes the same workflows as machines of its XState integration. */
  constructor(name: 'restate' | 'restate-xstate') {
    this.name = name;
  }

  async start(): Promise<void> {
    this.#dataDir = await mkdtemp(path.join(os.tmpdir(), 'windlass-bench-restate-'));
    const [ingress = 0, admin = 0, node = 0, worker = 0] = await freePorts(4);
    this.#ports = { ingress, admin, node, worker };
    await this.#startServer();
    await this.startWorker();
    await until(() => this.#post(admin, 'deployments', { uri: `http://127.0.0.1:${worker}` }));
    await sleep(500);
  }

  async stop(): Promise<void> {
    await kill(this.#worker);
    await kill(this.#server);
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  processes(): { server: number[]; worker: number[] } {
    return { server: [this.#server?.pid ?? 0], worker: [this.#worker?.pid ?? 0] };
  }

  diskBytes(): number {
    return diskBytes(path.join(this.#dataDir, 'data'), 'apparent');
  }

  get step(): Subject['step'] {
    if (this.name === 'restate-xstate') return null;
    return async (index) => void (await this.#ingress(`entity/e${index % ENTITIES}/event`, {}));
  }

  async run(kind: WorkflowKind, input: WorkflowInput): Promise<void> {
    if (this.name === 'restate') {
      await this.#ingress(`${kind}/${input.id}/run`, input);
      return;
    }
    await this.begin(kind, input);
    const end = await this.#ingress(`machine-${kind}/${input.id}/waitFor`, { condition: 'done' });
    requireDone(end, input.id);
  }

  async begin(kind: WorkflowKind, input: WorkflowInput): Promise<void> {
    if (this.name === 'restate') await this.#ingress(`${kind}/${input.id}/run/send`, input);
    else await this.#ingress(`machine-${kind}/${input.id}/create`, { input });
  }

  async ended(kind: WorkflowKind, id: string): Promise<void> {
    // What is in flight when a server or worker dies is asked again.
    await until(async () => {
      if (this.name === 'restate') return this.#get(`restate/workflow/${kind}/${id}/attach`);
      await sleep(200);
      const end = await this.#ingress(`machine-${kind}/${id}/snapshot`, {});
      if ((end as { status?: string }).status === 'active') throw new Error('still active');
      return end;
    }, WORKFLOW_TIMEOUT_MS);
  }

  async asleep(): Promise<number> {
    const query =
      "select count(*) as c from sys_invocation where target_service_name='sleeper' and status='suspended'";
    const answer = (await this.#post(this.#ports.admin, 'query', { query })) as { rows?: { c: number }[] };
    return answer.rows?.[0]?.c ?? 0;
  }

  get machines(): Subject['machines'] {
    if (this.name === 'restate') return null;
    return {
      create: async (id) => void (await this.#ingress(`ring/${id}/create`, {})),
      next: async (id) => void (await this.#ingress(`ring/${id}/send`, { event: { type: 'NEXT' } })),
    };
  }

  async killWorker(): Promise<void> {
    await kill(this.#worker);
  }

  async startWorker(): Promise<void> {
    this.#worker = spawn(process.execPath, [path.join(RESTATE_FOLDER, 'endpoint.mjs')], {
      env: { ...process.env, PORT: String(this.#ports.worker), NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await listening(this.#ports.worker);
  }

  async restartServer(): Promise<void> {
    await kill(this.#server);
    await this.#startServer();
  }

  async #startServer(): Promise<void> {
    const binary = restateServer();
    if (binary === null) throw new Error('Restate is not installed: npm run bench -- --install-peers');
    const address = (port: number): string => `"127.0.0.1:${port}"`;
    const settings = [
      `base-dir = "${path.join(this.#dataDir, 'data')}"`,
      `bind-address = ${address(this.#ports.node)}`,
      `advertised-address = "http://127.0.0.1:${this.#ports.node}"`,
      'node-name = "n1"',
      'listen-mode = "tcp"',
      'disable-telemetry = true',
      'log-filter = "error"',
      '[ingress]',
      `bind-address = ${address(this.#ports.ingress)}`,
      '[admin]',
      `bind-address = ${address(this.#ports.admin)}`,
    ];
    const file = path.join(this.#dataDir, 'restate.toml');
    await writeFile(file, `${settings.join('\n')}\n`);
    this.#server = spawn(binary, ['-c', file, '--no-logo'], { cwd: this.#dataDir, stdio: 'ignore' });
    await listening(this.#ports.ingress);
    await until(async () => {
      const answer = await fetch(`http://127.0.0.1:${this.#ports.admin}/health`);
      if (!answer.ok) throw new Error(`health ${answer.status}`);
      return answer.text();
    });
  }

  #ingress(route: string, body: unknown): Promise<unknown> {
    return this.#post(this.#ports.ingress, route, body);
  }

  async #get(route: string): Promise<unknown> {
    return read(await fetch(`http://127.0.0.1:${this.#ports.ingress}/${route}`));
  }

  async #post(port: number, route: string, body: unknown): Promise<unknown> {
    const answer = await fetch(`http://127.0.0.1:${port}/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    return read(answer);
  }
}

function requireDone(end: unknown, id: string): void {
  const { value } = end as { value?: unknown };
  if (value !== 'done') throw new Error(`machine ${id} ended in ${JSON.stringify(value)}`);
}

async function read(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text.slice(0, 200)}`);
  return text === '' ? null : JSON.parse(text);
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function until<T>(attempt: () => Promise<T>, timeoutMs = START_TIMEOUT_MS): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(POLL_MS);
    }
  }
}

function listening(port: number): Promise<void> {
  return until(
    () =>
      new Promise<void>((resolve, reject) => {
        const socket = net.connect(port, '127.0.0.1', () => {
          socket.destroy();
          resolve();
        });
        socket.once('error', reject);
      }),
  );
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
