/** Nodes that crash, freeze, leave and are replaced, as a seed decides, until the faults end. */
import { partitionCount } from '#contracts/topology.ts';
import type { Activity, ActivityCatalog } from '#runtime/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { memoryNode, type MemoryNode } from '#runtime/memory/memory-node-ports.ts';
import type { CrashPlan } from '#runtime/memory/node-life.ts';
import { startNode, type RunningNode } from '#runtime/node.ts';
import type { Clock } from '#runtime/ports.ts';
import type { SeededRandom } from './seeded-random.ts';
import { sharedKernel } from './shared-kernel.ts';
import type { SimulatedBus } from './simulated-bus.ts';

export type SimulatedService = {
  name: string;
  /** Nodes that are meant to run. */
  nodes: number;
  definitions: readonly ActorDefinition[];
  queues: readonly string[];
  /** Tasks of actors that a node owns run there, without a queue. Default false. */
  near?: boolean;
  /** Made anew for each node; `clock` ends with it, so its activities do, too. */
  activities: (node: { clock: Clock }) => ActivityCatalog;
};

/** Chance of each at one port call. */
export type FaultRates = {
  'crash-before': number;
  'crash-after': number;
  freeze: number;
  suspend: number;
  'lose-request': number;
  'lose-answer': number;
};

const REPLACE_MS_MAX = 3_000;
const START_MS_MAX = 250;
/** A node is asked to leave after so long, on average. */
const LEAVES_MS = 62_500;
const LEAVE_MS_MAX = 10_000;
const GRACE_MS_MAX = 2_000;
/** Clocks of nodes differ from that of the bus by up to so much. */
const SKEW_MS_MAX = 2_000;
/** How often a node forgets what is applied: what is read again after it must not matter. */
const PURGE_MS = [500, 2_000, 10_000];

export class SimulatedCluster {
  crashes = 0;
  freezes = 0;
  losses = 0;
  replacements = 0;
  readonly #bus: SimulatedBus;
  readonly #random: SeededRandom;
  readonly #rates: FaultRates;
  #hasFaults = true;
  #started = 0;

  constructor(args: { bus: SimulatedBus; random: SeededRandom; rates: FaultRates }) {
    this.#bus = args.bus;
    this.#random = args.random;
    this.#rates = args.rates;
  }

  /** Starts the nodes of a service and replaces each one that dies, for ever. */
  run(service: SimulatedService): void {
    for (let place = 0; place < service.nodes; place += 1) void this.#keepOne(service);
  }

  /** From now on nobody crashes, freezes or leaves, and nothing gets lost. */
  endFaults(): void {
    this.#hasFaults = false;
    this.#bus.endFaults();
  }

  async #keepOne(service: SimulatedService): Promise<never> {
    const { clock } = this.#bus;
    await clock.sleep(this.#random.between(0, START_MS_MAX));
    for (;;) {
      const { process, running } = this.#start(service);
      const isDead = new AbortController();
      const death = process.died.then(() => isDead.abort('dead'));
      await clock.sleep(Math.round(-LEAVES_MS * Math.log(1 - this.#random.next())), isDead.signal);
      if (this.#hasFaults && process.alive) await this.#leave(process, running);
      await death;
      this.replacements += 1;
      await clock.sleep(this.#random.between(0, REPLACE_MS_MAX));
    }
  }

  /** As by SIGTERM: it has some time, and is killed then. */
  async #leave(process: MemoryNode, running: Promise<RunningNode | null>): Promise<void> {
    this.#bus.note('leave');
    const graceMs = this.#random.between(0, GRACE_MS_MAX);
    await Promise.race([
      running.then((node) => node?.stop({ graceMs })),
      this.#bus.clock.sleep(LEAVE_MS_MAX),
    ]);
    process.kill(0);
  }

  #start(service: SimulatedService): { process: MemoryNode; running: Promise<RunningNode | null> } {
    this.#started += 1;
    const node = `${service.name}-${this.#started}`;
    const chance = this.#random.fork();
    const skewMs = chance.between(-SKEW_MS_MAX, SKEW_MS_MAX);
    const purgeMs = PURGE_MS[chance.between(0, PURGE_MS.length - 1)] ?? 500;
    this.#bus.note(`start ${node} ${skewMs} ${purgeMs}`);
    const process = memoryNode(this.#bus, {
      service: service.name,
      node,
      skewMs,
      freezeMs: () => chance.between(500, 12_000),
      crashPlan: this.#planOf(node),
    });
    const running = startNode({
      node,
      partitions: partitionCount(this.#bus.topology),
      kernel: sharedKernel,
      definitions: service.definitions,
      activities: this.#watched(service.activities({ clock: process.ports.clock }), node),
      queues: service.queues.map((queue) => ({ queue, concurrency: 8, near: service.near ?? false })),
      purgeMs,
      ports: this.#bus.served(process.ports, service.name),
    }).catch(() => {
      // A process that cannot start exits.
      process.kill();
      return null;
    });
    return { process, running };
  }

  /** Writes down each attempt before its code runs. */
  #watched(activities: ActivityCatalog, node: string): ActivityCatalog {
    return Object.fromEntries(
      Object.entries(activities).map(([name, run]): [string, Activity] => [
        name,
        (input, context) => {
          const { idempotencyKey, attempt } = context;
          this.#bus.noteAttempt({ node, name, idempotencyKey, attempt });
          return run(input, context);
        },
      ]),
    );
  }

  #planOf(node: string): CrashPlan {
    const random = this.#random.fork();
    const faults = Object.entries(this.#rates) as [keyof FaultRates, number][];
    return (call) => {
      let roll = random.next();
      if (!this.#hasFaults) return 'go-on';
      for (const [fault, rate] of faults) {
        roll -= rate;
        if (roll >= 0) continue;
        this.#bus.note(`${fault} ${node} ${call}`);
        this.#count(fault);
        return fault;
      }
      return 'go-on';
    };
  }

  #count(fault: keyof FaultRates): void {
    if (fault.startsWith('crash')) this.crashes += 1;
    else if (fault.startsWith('lose')) this.losses += 1;
    else this.freezes += 1;
  }
}
