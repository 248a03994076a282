/** Measures how long the partitions of a dead process stand still: from its death until a new owner commits in each. */
import type { Bus } from '#bus/connect.ts';
import { probePartition } from '#bus/partition-probe.ts';
import type { Topology } from '#contracts/topology.ts';
import { JetStreamOwnership } from '#runtime/jetstream/jetstream-ownership.ts';
import type { ServiceName } from './fleet.ts';

const PROBE_TIMEOUT_MS = 60_000;

export class Recovery {
  readonly #bus: Bus;
  readonly #topology: Topology;
  readonly #owners = new Map<string, string | null>();

  private constructor(bus: Bus, topology: Topology) {
    this.#bus = bus;
    this.#topology = topology;
  }

  static async follow(bus: Bus, topology: Topology): Promise<Recovery> {
    const recovery = new Recovery(bus, topology);
    for (const service of topology.services) {
      const ownership = new JetStreamOwnership({ bus, topology, service, node: 'chaos' });
      await ownership.watch((owner) => recovery.#owners.set(`${service}/${owner.partition}`, owner.node));
    }
    return recovery;
  }

  /** Partitions of a service owned by the process, as the bus tells. */
  ownedBy(service: ServiceName, pid: number): number[] {
    return [...this.#owners].flatMap(([key, node]) => {
      const [ownerService, partition] = key.split('/');
      return ownerService === service && node?.startsWith(`${service}-${pid}-`) ? [Number(partition)] : [];
    });
  }

  /** True when every partition of every service has an owner. */
  isSettled(): boolean {
    const wanted = this.#topology.services.length * this.#topology.shards * this.#topology.partitionsPerShard;
    return [...this.#owners.values()].filter((node) => node !== null && node !== '').length === wanted;
  }

  /**
   * Puts an event into each of the partitions and waits until all are committed. Milliseconds of the slowest;
   * null when one was not committed within a minute.
   */
  async slowest(service: ServiceName, partitions: readonly number[]): Promise<number | null> {
    const times = await Promise.all(
      partitions.map((partition) =>
        probePartition(this.#bus, {
          service,
          partition,
          topology: this.#topology,
          timeoutMs: PROBE_TIMEOUT_MS,
        }),
      ),
    );
    let slowest = 0;
    for (const time of times) {
      if (time === null) return null;
      slowest = Math.max(slowest, time);
    }
    return slowest;
  }
}
