/**
 * Kills or stops a process at every single port call while activities wait for a rate, carry large payloads, say that
 * they began, and end by token; and demands the same end each time.
 */
import { describe, expect, it } from 'vitest';
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf } from '#contracts/address.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import type { ActivityCatalog } from '#runtime/activity.ts';
import { ActivityTokenError, completeActivity, type CompletionPorts } from '#runtime/activity-completion.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { memoryAsks } from '#runtime/memory/memory-asks.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import type { CrashPlan } from '#runtime/memory/node-life.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode } from '#runtime/node.ts';
import { deliveryDefinition } from '#test/support/delivery.machine.ts';

const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 2 });
const addresses = ['d1', 'd2'].map((id) => addressOf({ service: 'shop', type: 'delivery', root: id, id }));
const NOTE = 'fragile '.repeat(40_000);

type World = { calls: number; bus: MemoryBus; keys: Set<string>; clock: VirtualClock };

/** Runs the deliveries; the first process dies, or stands still, where the plan says. */
async function run(crashPlan: CrashPlan): Promise<World> {
  const clock = new VirtualClock();
  const bus = new MemoryBus({ clock, topology });
  const keys = new Set<string>();
  const tokens = new Set<string>();
  const world: World = { calls: 0, bus, keys, clock };
  const activities: ActivityCatalog = {
    write: async (_input, { idempotencyKey }) => {
      keys.add(`write ${idempotencyKey}`);
      return NOTE;
    },
    weigh: async ({ note }: { note: string }, { idempotencyKey, heartbeat }) => {
      heartbeat('weighing');
      keys.add(`weigh ${idempotencyKey}`);
      return note.length;
    },
    sign: async (_input, { completeLater }) => void tokens.add(completeLater()),
  };
  const start = (node: string, plan?: CrashPlan): CompletionPorts => {
    const life = memoryNode(bus, { service: 'shop', node, ...(plan ? { crashPlan: plan } : {}) });
    const { ports } = life;
    startNode({
      node,
      partitions: partitionCount(topology),
      kernel: createKernel(),
      definitions: [deliveryDefinition],
      activities,
      queues: [{ queue: 'default', concurrency: 4, perSecond: 2 }],
      ports,
      // A process that cannot start ends.
    }).catch(() => life.kill());
    return { asks: memoryAsks(bus), blobs: ports.blobs };
  };
  start('doomed', (call) => {
    world.calls += 1;
    return crashPlan(call);
  });
  await clock.advance(50);
  for (const to of addresses) bus.deliver({ v: 1, kind: 'start', id: `start-${to}`, to });
  await clock.advance(200);
  const outside = start('survivor');
  void signAll({ world, tokens, outside });
  await clock.advance(120_000);
  return world;
}

/** Somebody signs whatever is to be signed, and hears it when a token is another's by then. */
async function signAll(args: {
  world: World;
  tokens: Set<string>;
  outside: CompletionPorts;
}): Promise<never> {
  for (;;) {
    await args.world.clock.sleep(1_000);
    for (const token of args.tokens) {
      args.tokens.delete(token);
      completeActivity(args.outside, token, 'Eve').catch((error: unknown) => {
        if (!(error instanceof ActivityTokenError) || error.code !== 'ACTIVITY_TOKEN_STALE') throw error;
      });
    }
  }
}

function expectAllDelivered({ bus, keys }: World, what = 'undisturbed'): void {
  for (const address of addresses) {
    const stored = bus.service('shop').records.get(address);
    expect({ what, ...(stored && ActorRecord.parse(JSON.parse(stored.record))) }).toMatchObject({
      what,
      status: 'done',
      state: { value: 'delivered', context: { weight: NOTE.length, signedBy: 'Eve' } },
      activities: {},
    });
  }
  expect(keys.size, 'one effect for each activity').toBe(2 * addresses.length);
  expect(bus.blobs.size).toBe(1);
  expect(bus.dead).toEqual([]);
}

describe('activities while a process is killed or stopped at any port call', () => {
  it('end well when nobody dies', async () => {
    expectAllDelivered(await run(() => 'go-on'));
  });

  const FAULTS = ['crash-before', 'crash-after', 'freeze', 'suspend', 'lose-request', 'lose-answer'] as const;

  for (const when of FAULTS) {
    it(`end well when it happens at call n, for every n (${when})`, async () => {
      const { calls } = await run(() => 'go-on');
      expect(calls).toBeGreaterThan(20);
      for (let fatal = 1; fatal <= calls; fatal += 1) {
        let call = 0;
        let hit = '';
        const world = await run((name) => {
          call += 1;
          if (call === fatal) hit = name;
          return call === fatal ? when : 'go-on';
        });
        expectAllDelivered(world, `${when} at call ${fatal}, ${hit}`);
      }
    });
  }
});
