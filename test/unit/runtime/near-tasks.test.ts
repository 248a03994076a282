import { describe, expect, it } from 'vitest';
import { ActivityTask } from '#contracts/activity-task.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { NearTasks, type NearSlot, type NearTasksOptions } from '#runtime/near-tasks.ts';
import type { NearTask } from '#runtime/ports.ts';
import { rootAddress } from '#test/support/records.ts';

const task = ActivityTask.parse({
  v: 1,
  actor: rootAddress('shop', 'a'),
  childId: 'call',
  birth: 1,
  name: 'call',
  queue: 'default',
  attempt: 1,
  scheduledAtMs: 0,
  deadlineAtMs: 1_000_000,
  startToCloseMs: 1_000,
  heartbeatMs: 0,
});
const effects = [{ kind: 'run-activity' as const, task }];

/** A node called `here`, whose worker runs what the test lets it run. */
function world(overrides: Partial<NearTasksOptions> = {}) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const runs: PromiseWithResolvers<void>[] = [];
  const state = { slots: 1, awaited: true, alive: ['here'], dropped: false };
  const slot: NearSlot = {
    run: ({ deliveryCount }) => {
      told.push(`run ${deliveryCount}`);
      const run = Promise.withResolvers<void>();
      runs.push(run);
      return run.promise;
    },
    cancel: () => void told.push('cancelled'),
  };
  const near = new NearTasks({
    node: 'here',
    clock,
    nearWorker: {
      reserve: () => (state.slots > 0 ? slot : null),
      isRunning: () => false,
      isAwaited: async () => state.awaited,
    },
    isAlive: (node) => state.alive.includes(node),
    caughtUp: async () => true,
    give: async () => true,
    isDropped: () => state.dropped,
    ...overrides,
  });
  const stored = (node: string): NearTask => ({
    task,
    partition: 0,
    node,
    done: () => void told.push('forgotten'),
    passOn: async () => void told.push('passed on'),
  });
  return { clock, told, runs, state, near, stored };
}

describe('near tasks', () => {
  it('run after the commit and are forgotten after their result, when the stored copy was read', async () => {
    const { near, told, runs, stored, clock } = world();
    const reserved = near.reserve(effects);
    expect([...reserved.tasks]).toEqual([task]);
    near.accept(stored('here'));
    expect(told).toEqual([]);
    reserved.begin();
    expect(told).toEqual(['run 1']);
    runs[0]?.resolve();
    await clock.advance(1);
    expect(told).toEqual(['run 1', 'forgotten']);
  });

  it('are forgotten when the stored copy is read later than the result came', async () => {
    const { near, told, runs, stored, clock } = world();
    near.reserve(effects).begin();
    runs[0]?.resolve();
    await clock.advance(1);
    near.accept(stored('here'));
    expect(told).toEqual(['run 1', 'forgotten']);
  });

  it('do not run when the commit was refused', () => {
    const { near, told } = world();
    near.reserve(effects).cancel();
    expect(told).toEqual(['cancelled']);
  });

  it('are left to the queue when no slot is free', () => {
    const { near, state } = world();
    state.slots = 0;
    expect(near.reserve(effects).tasks.size).toBe(0);
  });

  it('run again when their result could not be stored, as a later delivery', async () => {
    const { near, told, runs, clock } = world();
    near.reserve(effects).begin();
    runs[0]?.reject(new Error('no answer'));
    await clock.advance(500);
    expect(told).toEqual(['run 1', 'run 2']);
  });

  it('of an earlier owner run here once its node is gone, as a later delivery', async () => {
    const { near, told, state, stored, clock } = world();
    state.alive = ['here', 'there'];
    near.accept(stored('there'));
    await clock.advance(5_000);
    expect(told).toEqual([]);
    state.alive = ['here'];
    await clock.advance(500);
    expect(told).toEqual(['run 2']);
  });

  it('of an earlier owner are forgotten when nobody waits for them any more', async () => {
    const { near, told, state, stored, clock } = world();
    state.alive = ['here', 'there'];
    near.accept(stored('there'));
    await clock.advance(1_000);
    state.awaited = false;
    await clock.advance(500);
    expect(told).toEqual(['forgotten']);
  });

  it('of an earlier owner wait until what came by the ingress is applied', async () => {
    const applied = Promise.withResolvers<boolean>();
    const { near, told, stored, clock } = world({ caughtUp: () => applied.promise });
    near.accept(stored('gone'));
    await clock.advance(1_000);
    expect(told).toEqual([]);
    applied.resolve(true);
    await clock.advance(1);
    expect(told).toEqual(['run 2']);
  });

  it('of an earlier owner go to the queue when no slot is free', async () => {
    const { near, told, state, stored, clock } = world();
    state.slots = 0;
    near.accept(stored('gone'));
    await clock.advance(1);
    expect(told).toEqual(['passed on', 'forgotten']);
  });
});
