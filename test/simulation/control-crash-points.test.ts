/**
 * Actors are paused, resumed, cancelled and terminated while a process dies or freezes at any port call: what arrived
 * for a paused one is applied once and in order, and who was ended stays ended.
 */
import { describe, expect, it } from 'vitest';
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import type { CrashPlan } from '#runtime/memory/node-life.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode } from '#runtime/node.ts';
import { orderDefinitions } from '#test/support/order.machine.ts';

const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });
const ledger = addressOf({ service: 'shop', type: 'ledger', root: 'ledger', id: 'ledger' });
const orderAddress = (index: number): Address =>
  addressOf({ service: 'shop', type: 'order', root: `o${index}`, id: `o${index}` });
const [SHIPS, PAUSED, CANCELED, TERMINATED] = [0, 1, 2, 3].map(orderAddress) as [
  Address,
  Address,
  Address,
  Address,
];

async function run(crashPlan: CrashPlan): Promise<{ calls: number; bus: MemoryBus }> {
  const clock = new VirtualClock();
  const bus = new MemoryBus({ clock, topology });
  let calls = 0;
  const start = (node: string, plan?: CrashPlan): void => {
    const { ports } = memoryNode(bus, { service: 'shop', node, ...(plan ? { crashPlan: plan } : {}) });
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
  let sent = 0;
  const tell = (to: Address, content: object): void => {
    sent += 1;
    bus.deliver({ v: 1, id: `told-${sent}`, to, ...content } as Envelope);
  };
  start('doomed', (call) => {
    calls += 1;
    return crashPlan(call);
  });
  await clock.advance(50);
  tell(ledger, { kind: 'event', event: { type: 'SHIPPED' } });
  for (const order of [SHIPS, PAUSED, CANCELED, TERMINATED])
    tell(order, { kind: 'start', input: { ledger, packMs: 1_000 } });
  for (const paused of [ledger, PAUSED, CANCELED]) tell(paused, { kind: 'pause' });
  await clock.advance(200);
  tell(CANCELED, { kind: 'cancel' });
  tell(TERMINATED, { kind: 'terminate' });
  start('survivor');
  await clock.advance(20_000);
  for (const paused of [ledger, PAUSED]) tell(paused, { kind: 'resume' });
  await clock.advance(60_000);
  return { calls, bus };
}

function recordOf(bus: MemoryBus, address: Address): ActorRecord {
  const stored = bus.service('shop').records.get(address);
  if (!stored) throw new Error(`${address} was lost`);
  return ActorRecord.parse(JSON.parse(stored.record));
}

function expectTheSameEnd(bus: MemoryBus): void {
  for (const order of [SHIPS, PAUSED]) expect(recordOf(bus, order)).toMatchObject({ status: 'done' });
  expect(recordOf(bus, CANCELED)).toMatchObject({
    status: 'stopped',
    state: { error: { code: 'ACTOR_CANCELED' } },
  });
  expect(recordOf(bus, TERMINATED)).toMatchObject({
    status: 'stopped',
    state: { error: { code: 'ACTOR_TERMINATED' } },
  });
  // one event by hand, and two orders
  expect(recordOf(bus, ledger).state.context).toMatchObject({ shipped: 3 });
  expect(recordOf(bus, ledger)).not.toHaveProperty('held');
  expect(bus.dead).toEqual([]);
}

describe('controls while a process dies or freezes at any port call', () => {
  it('end as they should when nobody dies', async () => {
    expectTheSameEnd((await run(() => 'go-on')).bus);
  });

  for (const when of ['crash-before', 'crash-after', 'freeze'] as const) {
    it(`end the same when it happens at call n, for every n (${when})`, async () => {
      const undisturbed = await run(() => 'go-on');
      expect(undisturbed.calls).toBeGreaterThan(20);
      for (let fatal = 1; fatal <= undisturbed.calls; fatal += 1) {
        let call = 0;
        const world = await run(() => {
          call += 1;
          return call === fatal ? when : 'go-on';
        });
        expectTheSameEnd(world.bus);
      }
    });
  }
});
