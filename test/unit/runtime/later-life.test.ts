/** An actor that starts when the record of an earlier one of its address is gone: what is left of that one is not its own. */
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { addressOf, type Address } from '#contracts/address.ts';
import { ActorRecord } from '#contracts/actor-record.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import { activity } from '#machines/support/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { completeActivity } from '#runtime/activity-completion.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { memoryAsks } from '#runtime/memory/memory-asks.ts';
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

  it('takes no result of the earlier one', async () => {
    const clock = new VirtualClock();
    const bus = new MemoryBus({ clock, topology });
    const tokens: string[] = [];
    const { ports } = memoryNode(bus, { service: 'shop', node: 'a' });
    await startNode({
      node: 'a',
      partitions: partitionCount(topology),
      kernel: createKernel(),
      definitions: [{ type: 'page', version: 1, machine: page, retentionMs: 1_000 }],
      activities: { sign: async (_input, { completeLater }) => void tokens.push(completeLater()) },
      queues: [{ queue: 'default', concurrency: 4 }],
      ports,
    });
    const alone = addressOf({ service: 'shop', type: 'page', root: 'p1', id: 'p1' });
    const start = async (id: string): Promise<void> => {
      bus.deliver({ v: 1, id, kind: 'start', to: alone });
      await clock.advance(200);
    };
    await start('first');
    bus.deliver({ v: 1, id: 'end', kind: 'terminate', to: alone });
    await clock.advance(2_000);
    await start('second');
    expect(tokens).toHaveLength(2);

    const outside = { asks: memoryAsks(bus), blobs: ports.blobs };
    const [old = '', current = ''] = tokens;
    const late = completeActivity(outside, old, 'old').catch((error: unknown) => error);
    await clock.advance(500);
    expect(await late).toMatchObject({ code: 'ACTIVITY_TOKEN_STALE' });
    const { activities } = ActorRecord.parse(
      JSON.parse(bus.service('shop').records.get(alone)?.record ?? ''),
    );
    expect(activities).toHaveProperty('sign');
    const done = completeActivity(outside, current, 'new');
    await clock.advance(500);
    await done;
    expect(bus.service('shop').records.get(alone)?.view.status).toBe('done');
  });
});
