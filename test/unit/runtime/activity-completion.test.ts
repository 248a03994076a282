/** Results by token, from outside of any worker: the whole way through a node on the bus in memory. */
import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { decodeActivityToken, encodeActivityToken } from '#contracts/activity-token.ts';
import { addressOf } from '#contracts/address.ts';
import type { Json } from '#contracts/json.ts';
import type { ActivityOptionsInput } from '#contracts/retry-policy.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import { activity } from '#machines/support/activity.ts';
import type { Activity } from '#runtime/activity.ts';
import { completeActivity, failActivity, heartbeatActivity } from '#runtime/activity-completion.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { memoryAsks } from '#runtime/memory/memory-asks.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode } from '#runtime/node.ts';

const address = addressOf({ service: 'orca', type: 'approval', root: 'a', id: 'a' });

function approvalDefinition(options: ActivityOptionsInput) {
  const machine = setup({
    types: { context: {} as { result: unknown }, events: {} as { type: 'again' } },
    actors: { approve: activity<Json, Json>('approve', { ...options, largeOutput: true }) },
  }).createMachine({
    id: 'approval',
    context: { result: null },
    initial: 'waiting',
    states: {
      waiting: {
        on: { again: { target: 'waiting', reenter: true } },
        invoke: {
          id: 'approve',
          src: 'approve',
          input: {},
          onDone: { target: 'ended', actions: assign({ result: ({ event }) => event.output }) },
          onError: { target: 'ended', actions: assign({ result: ({ event }) => event.error }) },
        },
      },
      ended: { type: 'final' },
    },
  });
  return { type: 'approval', version: 1, machine, view: ({ context }: { context: unknown }) => context };
}

async function waiting(options: ActivityOptionsInput = {}) {
  const clock = new VirtualClock();
  const topology = Topology.parse({ partitionsPerShard: 1 });
  const bus = new MemoryBus({ clock, topology });
  const { ports } = memoryNode(bus, { service: 'orca', node: 'a' });
  const tokens: string[] = [];
  const approve: Activity = async (_input, { completeLater }) => void tokens.push(completeLater());
  void startNode({
    node: 'a',
    partitions: partitionCount(topology),
    kernel: createKernel(),
    definitions: [approvalDefinition({ retry: { initialMs: 1_000, jitter: 0 }, ...options })],
    activities: { approve },
    queues: [{ queue: 'default', concurrency: 1 }],
    ports,
  });
  await clock.advance(5_000);
  bus.deliver({ v: 1, kind: 'start', id: 'start', to: address });
  await clock.advance(1_000);
  const settled = async <T>(asking: Promise<T>): Promise<T> => {
    asking.catch(() => undefined);
    await clock.advance(20_000);
    return asking;
  };
  return {
    clock,
    bus,
    tokens,
    outside: { asks: memoryAsks(bus), blobs: ports.blobs },
    settled,
    view: () => bus.service('orca').records.get(address)?.view,
  };
}

const denied = { code: 'DENIED', message: 'No.', kind: 'terminal' } as const;

describe('completing an activity by its token', () => {
  it('gives the machine what was given, with no worker held meanwhile', async () => {
    const { outside, tokens, settled, view, bus } = await waiting({ startToCloseMs: 86_400_000 });
    expect(view()).toMatchObject({ status: 'active', activities: [{ asyncUntilMs: expect.any(Number) }] });
    expect(bus.queue('orca', 'default').openCount).toBe(0);
    expect(await settled(completeActivity(outside, tokens[0] ?? '', { by: 'Eve' }))).toBe('taken');
    expect(view()).toMatchObject({ status: 'done', detail: { result: { sizeBytes: 12 } } });
  });

  it('may fail it, which ends it by its policy', async () => {
    const { outside, tokens, settled, view } = await waiting();
    expect(await settled(failActivity(outside, tokens[0] ?? '', denied))).toBe('taken');
    expect(view()).toMatchObject({ status: 'done', detail: { result: denied } });
  });

  it('keeps it alive, with details that everyone sees', async () => {
    const { outside, tokens, settled, view, clock } = await waiting({ heartbeatMs: 30_000 });
    expect(await settled(heartbeatActivity(outside, tokens[0] ?? '', { asked: 'Eve' }))).toBe('taken');
    await clock.advance(9_000);
    expect(view()?.activities).toMatchObject([{ attempt: 1, lastHeartbeat: { asked: 'Eve' } }]);
    await clock.advance(3_000);
    expect(view()?.activities).toMatchObject([{ lastFailure: { code: 'ACTIVITY_HEARTBEAT_TIMEOUT' } }]);
  });

  it('is refused with a clear answer for an earlier attempt, a second time, and an earlier visit', async () => {
    const { outside, tokens, settled, clock, bus } = await waiting({ startToCloseMs: 60_000 });
    await clock.advance(70_000);
    const [first = '', second = ''] = tokens;
    expect(decodeActivityToken(second)?.attempt).toBe(2);
    const stale = { code: 'ACTIVITY_TOKEN_STALE' };
    await expect(settled(completeActivity(outside, first, 1))).rejects.toMatchObject(stale);
    await expect(settled(heartbeatActivity(outside, first))).rejects.toMatchObject(stale);
    bus.deliver({ v: 1, kind: 'event', id: 'again', to: address, event: { type: 'again' } });
    await clock.advance(1_000);
    await expect(settled(completeActivity(outside, second, 2))).rejects.toMatchObject(stale);
    const third = tokens.at(-1) ?? '';
    expect(await settled(completeActivity(outside, third, 3))).toBe('taken');
    await expect(settled(completeActivity(outside, third, 3))).rejects.toMatchObject(stale);
  });

  it('says that it is stored when nobody answers', async () => {
    const clock = new VirtualClock();
    const bus = new MemoryBus({ clock, topology: Topology.parse({ partitionsPerShard: 1 }) });
    const { ports } = memoryNode(bus, { service: 'orca', node: 'outside' });
    const token = encodeActivityToken({ v: 1, actor: address, childId: 'approve', birth: 1, attempt: 1 });
    const asking = completeActivity({ asks: memoryAsks(bus), blobs: ports.blobs }, token);
    await clock.advance(11_000);
    expect(await asking).toBe('stored');
  });

  it.each(['', 'nonsense', Buffer.from('{"v":2}').toString('base64url')])(
    'refuses %j, which is no token',
    async (token) => {
      const { outside } = await waiting();
      await expect(completeActivity(outside, token)).rejects.toMatchObject({
        code: 'ACTIVITY_TOKEN_INVALID',
      });
    },
  );

  it('refuses an output that fits nowhere unless the declaration calls it large', async () => {
    const { outside } = await waiting();
    const token = encodeActivityToken({ v: 1, actor: address, childId: 'approve', birth: 1, attempt: 1 });
    const completing = completeActivity(outside, token, 'x'.repeat(200_000));
    await expect(completing).rejects.toMatchObject({ code: 'ACTIVITY_OUTPUT_TOO_LARGE' });
  });

  it('says so when the actor does not exist', async () => {
    const { outside, settled } = await waiting();
    const actor = addressOf({ service: 'orca', type: 'approval', root: 'b', id: 'b' });
    const token = encodeActivityToken({ v: 1, actor, childId: 'approve', birth: 1, attempt: 1 });
    const code = 'ACTIVITY_UNKNOWN_ACTOR';
    await expect(settled(completeActivity(outside, token))).rejects.toMatchObject({ code });
  });
});
