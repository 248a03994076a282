/**
 * An order is replaced by another one of the same address while a process dies or freezes at any port call: the old one
 * ships nothing, the new one ships once, and an event that is sent twice under one key counts once.
 */
import { describe, expect, it } from 'vitest';
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import type { CrashPlan } from '#runtime/memory/node-life.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode } from '#runtime/node.ts';
import { orderDefinitions } from '#test/support/order.machine.ts';

const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });
const ledger = addressOf({ service: 'shop', type: 'ledger', root: 'ledger', id: 'ledger' });
const order = addressOf({ service: 'shop', type: 'order', root: 'o1', id: 'o1' });
const OLD_PACK_MS = 3_000;
const NEW_PACK_MS = 8_000;

async function run(crashPlan: CrashPlan): Promise<{ calls: number; bus: MemoryBus }> {
  const clock = new VirtualClock();
  const bus = new MemoryBus({ clock, topology });
  let calls = 0;
  const start = (node: string, crashes?: CrashPlan): void => {
    const { ports } = memoryNode(bus, { service: 'shop', node, ...(crashes ? { crashPlan: crashes } : {}) });
    void startNode({
      node,
      partitions: partitionCount(topology),
      kernel: createKernel(),
      definitions: orderDefinitions,
      activities: { charge: async (_input, { idempotencyKey }) => idempotencyKey },
      queues: [{ queue: 'default', concurrency: 4 }],
      ports,
    });
  };
  start('doomed', (call) => {
    calls += 1;
    return crashPlan(call);
  });
  await clock.advance(50);
  const base = { v: 1, kind: 'start', to: order, onConflict: 'replace', replyTo: 'nobody' } as const;
  bus.deliver({ ...base, id: 'start-old', input: { ledger, packMs: OLD_PACK_MS } });
  await clock.advance(500);
  bus.deliver({ ...base, id: 'start-new', input: { ledger, packMs: NEW_PACK_MS } });
  await clock.advance(200);
  start('survivor');
  await clock.advance(20_000);
  for (const id of ['counted-1', 'counted-2']) {
    bus.deliver({ v: 1, kind: 'event', id, to: ledger, event: { type: 'SHIPPED' }, key: 'by-hand' });
  }
  await clock.advance(60_000);
  return { calls, bus };
}

function recordOf(bus: MemoryBus, address: Address): ActorRecord {
  const stored = bus.service('shop').records.get(address);
  if (!stored) throw new Error(`${address} was lost`);
  return ActorRecord.parse(JSON.parse(stored.record));
}

function expectOneNewOrder(bus: MemoryBus): void {
  const record = recordOf(bus, order);
  expect(record).toMatchObject({ status: 'done', startedBy: 'start-new', state: { value: 'shipped' } });
  expect(record.state.context['packMs']).toBe(NEW_PACK_MS);
  // one shipment of the new order, and one event by hand
  expect(recordOf(bus, ledger).state.context).toMatchObject({ shipped: 2 });
  expect(bus.dead).toEqual([]);
}

describe('a replacement while a process dies or freezes at any port call', () => {
  it('ends the old order and ships the new one when nobody dies', async () => {
    expectOneNewOrder((await run(() => 'go-on')).bus);
  });

  for (const when of ['crash-before', 'crash-after', 'freeze'] as const) {
    it(`does so when it happens at call n, for every n (${when})`, async () => {
      const undisturbed = await run(() => 'go-on');
      expect(undisturbed.calls).toBeGreaterThan(10);
      for (let fatal = 1; fatal <= undisturbed.calls; fatal += 1) {
        let call = 0;
        const world = await run(() => {
          call += 1;
          return call === fatal ? when : 'go-on';
        });
        expectOneNewOrder(world.bus);
      }
    });
  }
});
