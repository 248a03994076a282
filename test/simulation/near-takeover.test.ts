/** A process dies while it runs activities of its actors itself: the next owner finds them by the actors' marks alone. */
import { describe, expect, it } from 'vitest';
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf } from '#contracts/address.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode } from '#runtime/node.ts';
import { orderDefinitions } from '#test/support/order.machine.ts';

const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });
const ledger = addressOf({ service: 'shop', type: 'ledger', root: 'ledger', id: 'ledger' });
const order = addressOf({ service: 'shop', type: 'order', root: 'o1', id: 'o1' });

/** Longer than it takes until everything that was read is forgotten: nothing but the mark leads to the actor. */
const CHARGE_MS = 5_000;

function world() {
  const clock = new VirtualClock();
  const bus = new MemoryBus({ clock, topology });
  const attempts: string[] = [];
  const start = (node: string) => {
    const process = memoryNode(bus, { service: 'shop', node });
    void startNode({
      node,
      partitions: partitionCount(topology),
      kernel: createKernel(),
      definitions: orderDefinitions,
      activities: {
        charge: async (_input, { idempotencyKey }) => {
          attempts.push(`${node} ${idempotencyKey}`);
          await process.ports.clock.sleep(CHARGE_MS);
          return 'receipt';
        },
      },
      queues: [{ queue: 'default', concurrency: 4, near: true }],
      ports: process.ports,
    });
    return process;
  };
  const state = (): unknown => {
    const stored = bus.service('shop').records.get(order);
    return stored && ActorRecord.parse(JSON.parse(stored.record)).state.value;
  };
  return { clock, bus, attempts, start, state };
}

describe('an activity that the owner of its actor runs itself', () => {
  it('runs again at the next owner when its process is killed', async () => {
    const { clock, bus, attempts, start, state } = world();
    const doomed = start('doomed');
    await clock.advance(50);
    bus.deliver({ v: 1, kind: 'start', id: 'start', to: order, input: { ledger, packMs: 100 } });
    await clock.advance(CHARGE_MS - 1_000);
    expect(bus.service('shop').ingress.entries).toEqual([]);
    doomed.kill();
    start('survivor');
    await clock.advance(CHARGE_MS + 5_000);
    const [first = ''] = attempts;
    expect(attempts).toEqual([first, first.replace('doomed', 'survivor')]);
    expect(state()).toBe('shipped');
  });

  it('runs once when a second process joins', async () => {
    const { clock, bus, attempts, start, state } = world();
    start('first');
    await clock.advance(50);
    bus.deliver({ v: 1, kind: 'start', id: 'start', to: order, input: { ledger, packMs: 100 } });
    await clock.advance(CHARGE_MS - 1_000);
    start('second');
    start('third');
    await clock.advance(CHARGE_MS + 5_000);
    expect(attempts).toHaveLength(1);
    expect(state()).toBe('shipped');
  });
});
