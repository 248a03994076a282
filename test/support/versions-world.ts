/** A service whose nodes do not all have the same version of an actor type. */
import { expect } from 'vitest';
import { ActorRecord } from '#contracts/actor-record.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { addressOf } from '#contracts/address.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import type { ActivityCatalog } from '#runtime/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode, type MemoryNode } from '#runtime/memory/memory-node-ports.ts';
import type { CrashPlan } from '#runtime/memory/node-life.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode, type RunningNode } from '#runtime/node.ts';

const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });
/** The actor. */
export const to = addressOf({ service: 'shop', type: 'parcel', root: 'p1', id: 'p1' });
const activities: ActivityCatalog = {
  weigh: async (input) => (input as { weighed: number }).weighed + 1,
  stamp: async () => 'stamped',
};

type Node = { memory: MemoryNode; running: RunningNode };

/** Nodes with different versions of one actor type, in memory and virtual time, and one actor that hears numbers. */
export class VersionsWorld {
  readonly clock = new VirtualClock();
  readonly bus = new MemoryBus({ clock: this.clock, topology });
  #sent = 0;
  #nodes = 0;

  async start(definitions: readonly ActorDefinition[], crashPlan?: CrashPlan): Promise<Node> {
    this.#nodes += 1;
    const node = `n${this.#nodes}`;
    const memory = memoryNode(this.bus, { service: 'shop', node, ...(crashPlan ? { crashPlan } : {}) });
    const starting = startNode({
      node,
      partitions: partitionCount(topology),
      kernel: createKernel(),
      definitions,
      activities,
      queues: [{ queue: 'default', concurrency: 4 }],
      ports: memory.ports,
    });
    await this.clock.advance(2_000);
    return { memory, running: await starting };
  }

  async stop({ running }: Node): Promise<void> {
    const stopped = running.stop({ graceMs: 100 });
    await this.clock.advance(2_000);
    await stopped;
  }

  /** Sends the next numbers, each in its own time. */
  async note(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      this.#sent += 1;
      const event = { type: 'NOTE', n: this.#sent };
      this.bus.deliver({ v: 1, kind: 'event', id: `note-${this.#sent}`, to, event });
      await this.clock.advance(20);
    }
  }

  record(): ActorRecord {
    const stored = this.bus.service('shop').records.get(to);
    if (!stored) throw new Error('the actor was lost');
    return ActorRecord.parse(JSON.parse(stored.record));
  }

  view(): ActorView | undefined {
    return this.bus.service('shop').records.get(to)?.view;
  }

  /** Everything sent was noted once and in order, and time and work went on until now. */
  async expectWell(version: number): Promise<void> {
    const before = this.record().state.context;
    await this.clock.advance(5_000);
    const record = this.record();
    expect(this.bus.dead).toEqual([]);
    expect(record).toMatchObject({ status: 'active', definition: { version } });
    expect(record.stalled).toBeUndefined();
    expect(record.held).toBeUndefined();
    const { context } = record.state;
    expect(context).toMatchObject({ [version === 1 ? 'last' : 'heard']: this.#sent, faults: 0 });
    expect(context['ticks']).toBeGreaterThan(Number(before['ticks']) + 8);
    expect(context['weighed']).toBeGreaterThan(Number(before['weighed']) + 8);
  }
}
