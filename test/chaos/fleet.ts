/** The processes of a chaos run: NATS servers, an AWS double, and replicas of orca and clouddriver, all real. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import path from 'node:path';
import { startAwsDouble, type RunningAwsDouble } from '#services/aws-double/start.ts';
import { chaosSeed } from './scenario.ts';
import type { ServersUnderTest } from './servers/servers-under-test.ts';

export type ServiceName = 'orca' | 'clouddriver';

/** One place in the fleet: a process that is replaced when it dies. */
export type Replica = { service: ServiceName; child: ChildProcess };

export type FleetOptions = {
  dataDir: string;
  servers: ServersUnderTest;
  /** Processes of each service. */
  replicas: number;
  deployments: number;
};

export class Fleet {
  readonly servers: ServersUnderTest;
  readonly double: RunningAwsDouble;
  readonly replicas: Replica[] = [];
  readonly #dataDir: string;

  private constructor(args: { servers: ServersUnderTest; double: RunningAwsDouble; dataDir: string }) {
    this.servers = args.servers;
    this.double = args.double;
    this.#dataDir = args.dataDir;
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const { servers } = options;
    const double = await startAwsDouble({
      seed: chaosSeed(options.deployments),
      timings: { launchDelayMs: 100, pendingMs: 400, targetInitialMs: 300, deregistrationDelayMs: 300 },
    });
    const fleet = new Fleet({ servers, double, dataDir: options.dataDir });
    for (const service of ['orca', 'clouddriver'] as const) {
      for (let index = 0; index < options.replicas; index += 1) fleet.replicas.push(fleet.#spawn(service));
    }
    return fleet;
  }

  /** Kill -9, and a new process in its place. Returns the dead one's pid. */
  async kill(index: number): Promise<{ service: ServiceName; pid: number }> {
    const replica = this.replicas[index];
    if (!replica) throw new RangeError(`There is no replica ${index}.`);
    const { child, service } = replica;
    const pid = child.pid ?? 0;
    if (child.exitCode !== null) throw new Error(`A ${service} process ended by itself; its log says why.`);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    return { service, pid };
  }

  /** Starts a new process where one died. */
  replace(index: number): void {
    const replica = this.replicas[index];
    if (replica) this.replicas[index] = this.#spawn(replica.service);
  }

  /** Ends everything at once: nobody will look at it any more. */
  async abandon(): Promise<void> {
    for (const { child } of this.replicas) child.kill('SIGKILL');
    await this.servers.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.replicas.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }),
    );
    await this.double.close();
    await this.servers.stop();
  }

  #spawn(service: ServiceName): Replica {
    const script = path.join(import.meta.dirname, '..', '..', 'services', service, 'main.ts');
    const log = openSync(path.join(this.#dataDir, `${service}.log`), 'a');
    const child = spawn(process.execPath, [script], {
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        NATS_URL: this.servers.addresses.join(','),
        WINDLASS_REPLICAS: String(this.servers.replicas),
        AWS_ENDPOINT_URL: this.double.url,
        AWS_ACCESS_KEY_ID: 'chaos',
        AWS_SECRET_ACCESS_KEY: 'chaos',
        // The run is about survival, not about AWS's request rates.
        WINDLASS_AWS_RATE_PER_SECOND: '500',
        WINDLASS_ACTIVITY_CONCURRENCY: '64',
        WINDLASS_LOG: 'warn',
      },
    });
    closeSync(log);
    return { service, child };
  }
}
