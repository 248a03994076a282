/** Nodes that crash, freeze and are replaced, as a seed decides, until the faults end. */
import { partitionCount } from '#contracts/topology.ts';
import type { ActivityCatalog } from '#runtime/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import type { Kernel, RegisteredDefinition } from '#runtime/kernel/kernel.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { memoryNode, type CrashPlan, type MemoryNode } from '#runtime/memory/memory-node-ports.ts';
import { startNode } from '#runtime/node.ts';
import type { Clock } from '#runtime/ports.ts';
import type { SimulationBus } from './simulation-bus.ts';
import type { SeededRandom } from './simulation-random.ts';

export type SimulatedService = {
  name: string;
  /** Nodes that are meant to run. */
  nodes: number;
  definitions: readonly ActorDefinition[];
  queues: readonly string[];
  /** Made anew for each node; `clock` ends with it, so its activities do, too. */
  activities: (node: { clock: Clock }) => ActivityCatalog;
};

/** Chance of each at one port call. */
export type FaultRates = { crashBefore: number; crashAfter: number; freeze: number; suspend: number };

const REPLACE_MS_MAX = 3_000;
const WATCH_MS = 250;

export class SimulatedCluster {
  crashes = 0;
  freezes = 0;
  replacements = 0;
  readonly #bus: SimulationBus;
  readonly #random: SeededRandom;
  readonly #rates: FaultRates;
  readonly #kernel = sharedKernel();
  #hasFaults = true;
  #started = 0;

  constructor(args: { bus: SimulationBus; random: SeededRandom; rates: FaultRates }) {
    this.#bus = args.bus;
    this.#random = args.random;
    this.#rates = args.rates;
  }

  /** Starts the nodes of a service and replaces each one that dies, for ever. */
  run(service: SimulatedService): void {
    for (let place = 0; place < service.nodes; place += 1) void this.#keepOne(service);
  }

  /** From now on nobody crashes or freezes. */
  endFaults(): void {
    this.#hasFaults = false;
  }

  async #keepOne(service: SimulatedService): Promise<never> {
    const { clock } = this.#bus;
    await clock.sleep(this.#random.between(0, WATCH_MS));
    for (;;) {
      const node = this.#start(service);
      while (node.alive) await clock.sleep(WATCH_MS);
      this.replacements += 1;
      await clock.sleep(this.#random.between(0, REPLACE_MS_MAX));
    }
  }

  #start(service: SimulatedService): MemoryNode {
    this.#started += 1;
    const node = `${service.name}-${this.#started}`;
    this.#bus.note(`start ${node}`);
    const process = memoryNode(this.#bus, { service: service.name, node, crashPlan: this.#planOf(node) });
    void startNode({
      node,
      partitions: partitionCount(this.#bus.topology),
      kernel: this.#kernel,
      definitions: service.definitions,
      activities: service.activities({ clock: process.ports.clock }),
      queues: service.queues.map((queue) => ({ queue, concurrency: 8 })),
      ports: this.#bus.weakenPorts(process.ports),
    });
    return process;
  }

  #planOf(node: string): CrashPlan {
    const random = this.#random.fork();
    const { crashBefore, crashAfter, freeze, suspend } = this.#rates;
    const faults = [
      ['crash-before', crashBefore],
      ['crash-after', crashAfter],
      ['freeze', freeze],
      ['suspend', suspend],
    ] as const;
    return (call) => {
      let roll = random.next();
      if (!this.#hasFaults) return 'go-on';
      for (const [fault, rate] of faults) {
        roll -= rate;
        if (roll >= 0) continue;
        this.#bus.note(`${fault} ${node} ${call}`);
        if (fault === 'freeze' || fault === 'suspend') this.freezes += 1;
        else this.crashes += 1;
        return fault;
      }
      return 'go-on';
    };
  }
}

/** Registers each definition once: a kernel is pure, and the nodes of a run come and go by the dozen. */
function sharedKernel(): Kernel {
  const kernel = createKernel();
  const known = new Map<ActorDefinition, RegisteredDefinition>();
  return {
    ...kernel,
    register: (definition) => {
      const registered = known.get(definition) ?? kernel.register(definition);
      known.set(definition, registered);
      return registered;
    },
  };
}
