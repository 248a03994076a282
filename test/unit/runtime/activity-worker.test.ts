import { describe, expect, it } from 'vitest';
import { ActivityTask } from '#contracts/activity-task.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { Topology } from '#contracts/topology.ts';
import { ActivityFailed, type Activity } from '#runtime/activity.ts';
import { ActivityWorker } from '#runtime/activity-worker.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { silentEvents } from '#runtime/runtime-events.ts';
import { rootAddress } from '#test/support/records.ts';

const actor = rootAddress('orca', 'a');

async function working(activities: Record<string, Activity>) {
  const clock = new VirtualClock();
  const bus = new MemoryBus({ clock, topology: Topology.parse({ partitionsPerShard: 1 }) });
  const { ports } = memoryNode(bus, { service: 'orca', node: 'worker' });
  const worker = new ActivityWorker({
    queues: [{ queue: 'default', concurrency: 4 }],
    catalog: activities,
    inline: new Map(),
    activityQueues: ports.activityQueues,
    ingress: ports.ingress,
    clock: ports.clock,
    events: silentEvents,
  });
  await worker.start();
  const dispatch = (overrides: Partial<ActivityTask> = {}): void => {
    const nowMs = clock.nowMs();
    const task = ActivityTask.parse({
      v: 1,
      actor,
      childId: 'call',
      birth: 1,
      name: 'call',
      queue: 'default',
      input: { n: 1 },
      attempt: 1,
      scheduledAtMs: nowMs,
      deadlineAtMs: nowMs + 3_600_000,
      startToCloseMs: 60_000,
      heartbeatMs: 0,
      ...overrides,
    });
    bus.queue('orca', 'default').add(`${task.name}-${task.attempt}`, task);
  };
  const arrived = (): (Envelope | null)[] =>
    bus.service('orca').ingress.entries.map((entry) => entry.envelope);
  const cancel = (birth: number): void => {
    for (const listener of bus.service('orca').cancelListeners) listener({ actor, childId: 'call', birth });
  };
  return { clock, worker, dispatch, arrived, cancel };
}

const failure = (code: string, kind: string) => [
  {
    kind: 'activity-result',
    to: actor,
    childId: 'call',
    birth: 1,
    attempt: 1,
    outcome: { status: 'failed', failure: { code, kind } },
  },
];

describe('the worker of activities', () => {
  it('reports what an activity returns, or nothing when it returns nothing', async () => {
    const { clock, dispatch, arrived } = await working({
      call: async (input: { n: number }) => ({ twice: input.n * 2 }),
      quiet: async () => undefined,
    });
    dispatch();
    await clock.advance(1);
    dispatch({ name: 'quiet', attempt: 2 });
    await clock.advance(1);
    expect(arrived()).toMatchObject([
      { attempt: 1, outcome: { status: 'succeeded', output: { twice: 2 } } },
      { attempt: 2, outcome: { status: 'succeeded' } },
    ]);
  });

  it('gives up an attempt that takes too long, and fires its signal', async () => {
    let aborted = false;
    const { clock, dispatch, arrived } = await working({
      call: (_input, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => void (aborted = true), { once: true })),
    });
    dispatch({ startToCloseMs: 5_000 });
    await clock.advance(4_999);
    expect(arrived()).toEqual([]);
    await clock.advance(2);
    expect(arrived()).toMatchObject(failure('ACTIVITY_START_TO_CLOSE_TIMEOUT', 'unknown-outcome'));
    expect(aborted).toBe(true);
  });

  it('gives up an attempt that stops beating, and no other', async () => {
    let beats = 5;
    const { clock, dispatch, arrived } = await working({
      call: async (_input, { heartbeat }) => {
        for (; beats > 0; beats -= 1) {
          heartbeat();
          await clock.sleep(800);
        }
        return new Promise(() => undefined);
      },
    });
    dispatch({ heartbeatMs: 1_000 });
    await clock.advance(4_100);
    expect(arrived()).toEqual([]);
    await clock.advance(1_000);
    expect(arrived()).toMatchObject(failure('ACTIVITY_HEARTBEAT_TIMEOUT', 'unknown-outcome'));
  });

  it('reports details of a heartbeat at most once a second', async () => {
    const { clock, dispatch, arrived } = await working({
      call: async (_input, { heartbeat }) => {
        for (let page = 0; page < 30; page += 1) {
          heartbeat({ page });
          await clock.sleep(100);
        }
      },
    });
    dispatch();
    await clock.advance(10_000);
    const details = arrived().flatMap((envelope) =>
      envelope?.kind === 'activity-progress' ? [envelope.details] : [],
    );
    expect(details).toEqual([{ page: 0 }, { page: 10 }, { page: 20 }]);
  });

  it('ends the attempt that is cancelled, by its birth', async () => {
    const { clock, dispatch, arrived, cancel } = await working({ call: () => new Promise(() => undefined) });
    dispatch();
    await clock.advance(10);
    cancel(2);
    await clock.advance(10);
    expect(arrived()).toEqual([]);
    cancel(1);
    await clock.advance(10);
    expect(arrived()).toMatchObject(failure('ACTIVITY_THREW', 'unknown-outcome'));
  });

  it('refuses what is not JSON', async () => {
    const { clock, dispatch, arrived } = await working({ call: async () => ({ at: new Date(0) }) });
    dispatch();
    await clock.advance(1);
    expect(arrived()).toMatchObject(failure('ACTIVITY_OUTPUT_INVALID', 'terminal'));
  });

  it('has an activity it does not know tried again: another replica may have it', async () => {
    const { clock, dispatch, arrived } = await working({});
    dispatch();
    await clock.advance(1);
    expect(arrived()).toMatchObject(failure('ACTIVITY_UNKNOWN', 'transient'));
  });

  it('passes on an expected failure, and takes anything else thrown for an unknown outcome', async () => {
    const busy = { code: 'BUSY', message: 'later', kind: 'busy' } as const;
    const { clock, dispatch, arrived } = await working({
      call: async () => {
        throw new ActivityFailed(busy);
      },
      broken: async () => {
        throw new TypeError('x is undefined');
      },
    });
    dispatch();
    dispatch({ name: 'broken', attempt: 2 });
    await clock.advance(1);
    expect(arrived()).toMatchObject([
      { attempt: 1, outcome: { failure: busy } },
      { attempt: 2, outcome: { failure: { code: 'ACTIVITY_THREW', kind: 'unknown-outcome' } } },
    ]);
  });

  it('gives every attempt of one activity the same key, and another to the next visit', async () => {
    const keys: string[] = [];
    const { clock, dispatch } = await working({
      call: async (_input, context) => void keys.push(context.idempotencyKey),
    });
    for (const [birth, attempt] of [
      [1, 1],
      [1, 2],
      [2, 1],
    ] as const)
      dispatch({ birth, attempt });
    await clock.advance(1);
    expect(keys[0]).toMatch(/^[a-z0-9-]{40}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('stops what is still running when it drains, after the time of grace', async () => {
    const { clock, worker, dispatch, arrived } = await working({ call: () => new Promise(() => undefined) });
    dispatch();
    await clock.advance(10);
    const drained = worker.drain(1_000);
    await clock.advance(2_000);
    await drained;
    await clock.advance(10);
    expect(arrived()).toMatchObject(failure('ACTIVITY_THREW', 'unknown-outcome'));
  });
});
