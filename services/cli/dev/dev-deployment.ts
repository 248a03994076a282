/**
 * A whole Windlass on this machine, as real processes: nats-server, the AWS double, orca and clouddriver nodes, and
 * the console when it is wanted.
 *
 * D1 Everything it starts it ends, and a stop ends nodes before the server they need.
 * D2 A process that dies is started again on the same ports and the same files, unless `restart` is off.
 * D3 It writes to files only; `onExit` tells who died.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectBus, type Bus } from '#bus/connect.ts';
import { describeNodes } from '#bus/node-description.ts';
import { readTopology } from '#bus/stream-survey.ts';
import { partitionCount } from '#contracts/topology.ts';
import { startNatsServer, type NatsServer } from '#tools/nats-server.ts';
import { ROOT, childEnvironment } from '../config.ts';
import { preferredPort } from './preferred-port.ts';
import { ServiceProcess } from './service-process.ts';
import { startSmokeTestEndpoint, type SmokeTestEndpoint } from './smoke-test-endpoint.ts';
import { UrlProcess } from './url-process.ts';

const READY_TIMEOUT_MS = 60_000;
const READY_CHECK_MS = 100;
const NATS_CHECK_MS = 500;
const NATS_NAME = 'nats-server';
const AWS_NAME = 'aws-double';
const CONSOLE_NAME = 'console';

export type DevDeploymentOptions = {
  /** Streams, the AWS double's journal and all logs. Kept on stop. */
  dataDir: string;
  orca?: number;
  clouddriver?: number;
  /** Further environment of the nodes. */
  env?: Readonly<Record<string, string>>;
  /** JSON object of the double's timings, in milliseconds; its own defaults otherwise. */
  awsTimings?: Readonly<Record<string, number>>;
  /** Serve the page that shows actors live. Default false. */
  console?: boolean;
  /** Start what dies again. Default true. */
  restart?: boolean;
  /** Ports to use when they are free; any free port otherwise. */
  ports?: { nats?: number; aws?: number; smokeTest?: number; console?: number };
  onExit?: (exit: { name: string; reason: string; restarting: boolean }) => void;
};

export type DevProcess = {
  name: string;
  service: string;
  pid: number | undefined;
  restarts: number;
  logPath: string;
};

export class DevDeployment {
  readonly #options: DevDeploymentOptions;
  #nats: NatsServer | undefined;
  #natsRestarts = 0;
  #natsCheck: NodeJS.Timeout | undefined;
  #smokeTest: SmokeTestEndpoint | undefined;
  #aws: UrlProcess | undefined;
  #console: UrlProcess | undefined;
  #nodes: ServiceProcess[] = [];
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: DevDeploymentOptions) {
    this.#options = options;
  }

  get natsUrl(): string {
    return this.#nats?.url ?? '';
  }

  get monitorUrl(): string {
    return this.#nats?.monitorUrl ?? '';
  }

  /** Endpoint of the AWS double, and root of its `/_double`. */
  get awsUrl(): string {
    return this.#aws?.url ?? '';
  }

  /** Where the examples send their smoke tests. */
  get smokeTestUrl(): string {
    return this.#smokeTest?.url ?? '';
  }

  /** Where a browser of this machine sees the actors; empty without `console`. */
  get consoleUrl(): string {
    return this.#console?.url ?? '';
  }

  /** Everything that runs, the server first. */
  get processes(): readonly DevProcess[] {
    const { dataDir } = this.#options;
    const nats: DevProcess = {
      name: NATS_NAME,
      service: NATS_NAME,
      pid: this.#nats?.pid,
      restarts: this.#natsRestarts,
      logPath: path.join(dataDir, 'nats', 'nats-server.log'),
    };
    return [
      nats,
      ...this.#children.map(({ name, service, pid, restarts, logPath }) => ({
        name,
        service,
        pid,
        restarts,
        logPath,
      })),
    ];
  }

  /** Resolves when every node is there and owns its share; to be called once. Stops everything when that fails. */
  async start(): Promise<void> {
    this.#started = this.#start();
    try {
      await this.#started;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Ends everything in good order, also in the middle of a start. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /**
   * Sends a signal to a process by its name. A killed one is started again, unless `restart` is off.
   * @throws RangeError when there is no such process
   */
  async kill(name: string, signal: NodeJS.Signals): Promise<void> {
    if (name === NATS_NAME) return this.#nats?.kill(signal);
    const child = this.#children.find((process) => process.name === name);
    if (!child)
      throw new RangeError(
        `No process is called '${name}': ${this.processes.map((one) => one.name).join(', ')}.`,
      );
    child.kill(signal);
  }

  /** Starts nats-server again after a kill; needed only when `restart` is off. */
  async restartNats(): Promise<void> {
    await this.#nats?.restart();
    this.#natsRestarts += 1;
  }

  get #children(): readonly ServiceProcess[] {
    const { process: aws } = this.#aws ?? {};
    const { process: page } = this.#console ?? {};
    return [...(aws ? [aws] : []), ...this.#nodes, ...(page ? [page] : [])];
  }

  async #stop(): Promise<void> {
    // What is being started now has to be there before it can be ended.
    await this.#started?.catch(() => undefined);
    clearInterval(this.#natsCheck);
    await Promise.all([this.#console?.process.stop(), ...this.#nodes.map((node) => node.stop())]);
    await Promise.all([this.#aws?.process.stop(), this.#smokeTest?.close()]);
    await this.#nats?.stop();
  }

  async #start(): Promise<void> {
    const { dataDir, ports } = this.#options;
    await mkdir(path.join(dataDir, 'aws-double'), { recursive: true });
    const natsPort = await preferredPort(ports?.nats);
    [this.#nats, this.#smokeTest] = await Promise.all([
      startNatsServer({ dataDir: path.join(dataDir, 'nats'), ...(natsPort ? { port: natsPort } : {}) }),
      startSmokeTestEndpoint(await preferredPort(ports?.smokeTest)),
      this.#startAws(),
    ]);
    if (this.#options.restart !== false) this.#natsCheck = this.#keepNatsRunning(this.#nats);
    this.#nodes = [
      ...this.#nodesOf('orca', this.#options.orca ?? 1),
      ...this.#nodesOf('clouddriver', this.#options.clouddriver ?? 1),
    ];
    await Promise.all(this.#nodes.map((node) => node.start()));
    await Promise.all([this.#untilOwned(), this.#startConsole()]);
  }

  async #startAws(): Promise<void> {
    const { dataDir, ports, awsTimings = {} } = this.#options;
    this.#aws = new UrlProcess({
      ...this.#common(AWS_NAME, AWS_NAME),
      ...(ports?.aws === undefined ? {} : { port: ports.aws }),
      command: (port) => [
        path.join(ROOT, 'services', 'aws-double', 'main.ts'),
        `--port=${port}`,
        `--data-dir=${path.join(dataDir, 'aws-double')}`,
        '--seed=demo',
        `--timings=${JSON.stringify(awsTimings)}`,
      ],
    });
    await this.#aws.start();
  }

  async #startConsole(): Promise<void> {
    if (!this.#options.console) return;
    const { ports } = this.#options;
    this.#console = new UrlProcess({
      ...this.#common(CONSOLE_NAME, CONSOLE_NAME),
      ...(ports?.console === undefined ? {} : { port: ports.console }),
      command: (port) => [path.join(ROOT, 'services', 'console', 'main.ts'), `--port=${port}`],
    });
    await this.#console.start();
  }

  #nodesOf(service: string, count: number): ServiceProcess[] {
    return Array.from({ length: count }, (_, index) => {
      return new ServiceProcess({
        ...this.#common(`${service}-${index + 1}`, service),
        command: () => [path.join(ROOT, 'services', service, 'main.ts')],
      });
    });
  }

  #common(name: string, service: string) {
    const { dataDir, onExit, restart = true, env } = this.#options;
    return {
      name,
      service,
      restart,
      logPath: path.join(dataDir, `${name}.log`),
      ...(onExit ? { onExit } : {}),
      environment: childEnvironment({
        NATS_URL: this.natsUrl,
        AWS_ENDPOINT_URL: this.awsUrl,
        // The double accepts any credentials; real ones must never reach it.
        AWS_ACCESS_KEY_ID: 'windlass',
        AWS_SECRET_ACCESS_KEY: 'windlass',
        AWS_SESSION_TOKEN: undefined,
        AWS_PROFILE: undefined,
        WINDLASS_WEBHOOK_HOSTS: this.#smokeTest?.host ?? '',
        ...env,
      }),
    };
  }

  #keepNatsRunning(nats: NatsServer): NodeJS.Timeout {
    let restarting = false;
    return setInterval(() => {
      if (restarting || isAlive(nats.pid)) return;
      restarting = true;
      this.#options.onExit?.({ name: NATS_NAME, reason: 'it ended', restarting: true });
      void this.restartNats()
        .catch(() => undefined) // tried again at the next look
        .finally(() => (restarting = false));
    }, NATS_CHECK_MS);
  }

  async #untilOwned(): Promise<void> {
    const bus = await connectBus({ servers: [this.natsUrl], name: 'windlass-dev' });
    const deadline = performance.now() + READY_TIMEOUT_MS;
    const services = [...new Set(this.#nodes.map((node) => node.service))];
    try {
      while (!(await Promise.all(services.map((service) => this.#isOwned(bus, service)))).every(Boolean)) {
        if (this.#stopped) throw new Error('The deployment was stopped while it started.');
        if (performance.now() > deadline) {
          throw new Error(
            `The services did not start within ${READY_TIMEOUT_MS / 1_000} s. Their logs in ${this.#options.dataDir} say why.`,
          );
        }
        await sleep(READY_CHECK_MS);
      }
    } finally {
      await bus.close();
    }
  }

  /** All nodes of the service answer, and between them they own every partition. */
  async #isOwned(bus: Bus, service: string): Promise<boolean> {
    const topology = await readTopology(bus, service);
    if (topology === null) return false;
    const nodes = await describeNodes(bus, service);
    const owned = nodes.reduce((sum, node) => sum + node.owned.length, 0);
    const wanted = this.#nodes.filter((node) => node.service === service).length;
    return nodes.length >= wanted && owned >= partitionCount(topology);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
