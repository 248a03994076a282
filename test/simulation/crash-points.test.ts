/**
 * Kills a process at every single port call of a run, before and after the call's effect, and demands the same end.
 *
 * The judge is the bus and the outside world (what was charged), never the runtime's opinion.
 */
import { describe, expect, it } from 'vitest';
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import type { ActivityCatalog } from '#runtime/activity.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import type { CrashPlan } from '#runtime/memory/node-life.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode } from '#runtime/node.ts';
import { orderDefinitions } from '#test/support/order.machine.ts';

const ORDERS = 3;
const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });
const ledger = addressOf({ service: 'shop', type: 'ledger', root: 'ledger', id: 'ledger' });
const orderAddress = (index: number): Address =>
  addressOf({ service: 'shop', type: 'order', root: `o${index}`, id: `o${index}` });

/** Runs all orders; the first process dies where the plan says. Returns what the world saw. */
async function run(
  crashPlan: CrashPlan,
  args: { near: boolean },
): Promise<{ calls: number; charged: string[]; bus: MemoryBus }> {
  const clock = new VirtualClock();
  const bus = new MemoryBus({ clock, topology });
  const charged: string[] = [];
  const activities: ActivityCatalog = {
    charge: async (_input, context) => {
      if (!charged.includes(context.idempotencyKey)) charged.push(context.idempotencyKey);
      return `receipt-${context.idempotencyKey}`;
    },
  };
  let calls = 0;
  const counted: CrashPlan = (call) => {
    calls += 1;
    return crashPlan(call);
  };
  const start = (node: string, plan?: CrashPlan): void => {
    const { ports } = memoryNode(bus, { service: 'shop', node, ...(plan ? { crashPlan: plan } : {}) });
    void startNode({
      node,
      partitions: partitionCount(topology),
      kernel: createKernel(),
      definitions: orderDefinitions,
      activities,
      queues: [{ queue: 'default', concurrency: 4, near: args.near }],
      ports,
    });
  };
  start('doomed', counted);
  await clock.advance(50);
  for (let index = 0; index < ORDERS; index += 1) {
    bus.deliver({
      v: 1,
      kind: 'start',
      id: `start-${index}`,
      to: orderAddress(index),
      // Apart, so that a frozen step of the ledger has time to be overtaken by the next one.
      input: { ledger, packMs: 1_000 + 2_000 * index },
    });
  }
  await clock.advance(200);
  start('survivor');
  await clock.advance(60_000);
  return { calls, charged, bus };
}

function recordOf(bus: MemoryBus, address: Address): ActorRecord {
  const stored = bus.service('shop').records.get(address);
  if (!stored) throw new Error(`${address} was lost`);
  return ActorRecord.parse(JSON.parse(stored.record));
}

function expectAllShippedOnce(world: { charged: string[]; bus: MemoryBus }): void {
  for (let index = 0; index < ORDERS; index += 1) {
    expect(recordOf(world.bus, orderAddress(index))).toMatchObject({
      status: 'done',
      state: { value: 'shipped' },
    });
  }
  expect(world.charged).toHaveLength(ORDERS);
  expect(recordOf(world.bus, ledger).state.context).toMatchObject({ shipped: ORDERS });
  expect(world.bus.dead).toEqual([]);
}

describe.each([
  { near: false, way: 'from the queue' },
  { near: true, way: 'near, without the queue' },
])('a process killed or frozen at any port call, with tasks run $way', ({ near }) => {
  it('ships every order once when nobody dies', async () => {
    expectAllShippedOnce(await run(() => 'go-on', { near }));
  });

  for (const when of ['crash-before', 'crash-after', 'freeze'] as const) {
    it(`ships every order once when it happens at call n, for every n (${when})`, async () => {
      const undisturbed = await run(() => 'go-on', { near });
      let crashes = 0;
      for (let fatal = 1; fatal <= undisturbed.calls; fatal += 1) {
        let call = 0;
        const plan = (): ReturnType<CrashPlan> => {
          call += 1;
          if (call === fatal) crashes += 1;
          return call === fatal ? when : 'go-on';
        };
        const world = await run(plan, { near });
        expectAllShippedOnce(world);
      }
      expect(crashes).toBeGreaterThan(20);
    });
  }
});
