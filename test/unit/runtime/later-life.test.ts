/** An actor that starts when the record of an earlier one of its address is gone: what is left of that one is not its own. */
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { addressOf, type Address } from '#contracts/address.ts';
import { ActorRecord } from '#contracts/actor-record.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import { activity } from '#machines/support/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode } from '#runtime/node.ts';

const sign = activity<string, undefined>('sign');
const page = setup({ actors: { sign } }).createMachine({
  id: 'page',
  initial: 'signing',
  states: { signing: { invoke: { id: 'sign', src: 'sign', onDone: 'signed' } }, signed: { type: 'final' } },
});
const letter = setup({ actors: { page } }).createMachine({
  id: 'letter',
  initial: 'writing',
  states: { writing: { invoke: { id: 'page', src: 'page', onDone: 'sent' } }, sent: { type: 'final' } },
});

/** The letter is forgotten long before its page. */
const definitions: ActorDefinition[] = [
  { type: 'letter', version: 1, machine: letter, retentionMs: 1_000 },
  { type: 'page', version: 1, machine: page },
];
const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });
const to = addressOf({ service: 'shop', type: 'letter', root: 'l1', id: 'l1' });

describe('an actor that starts when an earlier one of its address is gone', () => {
  it('has children and activities of its own, although those of the earlier one are still kept', async () => {
    const clock = new VirtualClock();
    const bus = new MemoryBus({ clock, topology });
    const keys: string[] = [];
    await startNode({
      node: 'a',
      partitions: partitionCount(topology),
      kernel: createKernel(),
      definitions,
      activities: { sign: async (_input, { idempotencyKey }) => keys.push(idempotencyKey) },
      queues: [{ queue: 'default', concurrency: 4 }],
      ports: memoryNode(bus, { service: 'shop', node: 'a' }).ports,
    });
    await clock.advance(50);
    const record = (address: Address): ActorRecord | undefined => {
      const stored = bus.service('shop').records.get(address);
      return stored && ActorRecord.parse(JSON.parse(stored.record));
    };
    for (const life of [1, 2]) {
      bus.deliver({ v: 1, id: `start-${life}`, kind: 'start', to });
      await clock.advance(200);
      expect(record(to)).toMatchObject({ status: 'done', state: { value: 'sent' } });
      await clock.advance(2_000);
    }
    expect(new Set(keys).size).toBe(2);
    expect(bus.dead).toEqual([]);
  });
});
