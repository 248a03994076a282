import { describe, expect, it } from 'vitest';
import { ActivityTask } from '#contracts/activity-task.ts';
import type { ActorRecord } from '#contracts/actor-record.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { NearTasks, type NearSlot, type NearTasksOptions } from '#runtime/near-tasks.ts';
import type { NearMark } from '#runtime/ports.ts';
import { ActivityOptions } from '#contracts/retry-policy.ts';
import { aRecord, rootAddress } from '#test/support/records.ts';

const actor = rootAddress('shop', 'a');
const options = ActivityOptions.parse({ startToCloseMs: 1_000, heartbeatMs: 0 });
const activity = {
  birth: 1,
  name: 'call',
  queue: 'default',
  options,
  attempt: 1,
  scheduledAtMs: 0,
  deadlineAtMs: 1_000_000,
};
const waiting: ActorRecord = { ...aRecord(actor), activities: { call: activity } };
const idle: ActorRecord = { ...aRecord(actor), activities: {} };
const task = ActivityTask.parse({
  v: 1,
  actor,
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
const dispatching = { record: waiting, effects: [{ kind: 'run-activity' as const, task }] };

/** A node called `here`, which owns its partition since epoch 10, and whose worker runs what the test lets it run. */
function world(overrides: Partial<NearTasksOptions> = {}) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const runs: PromiseWithResolvers<void>[] = [];
  const state = { slots: 1, awaited: true, alive: ['here'], dropped: false, stored: idle, revision: 20 };
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
    epoch: 10,
    clock,
    store: { load: async () => ({ record: state.stored, revision: state.revision }) },
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
  const mark = (node: string, sequence: number): NearMark => ({
    actor,
    partition: 0,
    node,
    sequence,
    done: () => void told.push(`forgot ${sequence}`),
  });
  /** What `node` left behind: a record with its attempt, under a mark. */
  const inherit = (node: string): void => {
    state.stored = { ...waiting, activities: { call: { ...activity, near: node } } };
    near.accept(mark(node, 5));
  };
  return { clock, told, runs, state, near, mark, inherit };
}

describe('near tasks', () => {
  it('run after the commit, which names the node in the record and stores a mark', () => {
    const { near, told } = world();
    const reserved = near.reserve(dispatching, 0);
    expect([...reserved.tasks]).toEqual([task]);
    expect(reserved.record.activities['call']?.near).toBe('here');
    expect(reserved.marks).toBe(true);
    expect(told).toEqual([]);
    reserved.begin(11);
    expect(told).toEqual(['run 1']);
  });

  it('do not run when the commit was refused', () => {
    const { near, told } = world();
    near.reserve(dispatching, 0).cancel();
    expect(told).toEqual(['cancelled']);
  });

  it('are left to the queue when no slot is free', () => {
    const { near, state } = world();
    state.slots = 0;
    const reserved = near.reserve(dispatching, 0);
    expect(reserved.tasks.size).toBe(0);
    expect(reserved.marks).toBe(false);
    expect(reserved.record).toBe(waiting);
  });

  it('run again when their result could not be stored, as a later delivery', async () => {
    const { near, told, runs, clock } = world();
    near.reserve(dispatching, 0).begin(11);
    runs[0]?.reject(new Error('no answer'));
    await clock.advance(500);
    expect(told).toEqual(['run 1', 'run 2']);
  });

  it('of an earlier owner run here once its node is gone, as a later delivery', async () => {
    const { told, state, inherit, clock } = world();
    state.alive = ['here', 'there'];
    inherit('there');
    await clock.advance(5_000);
    expect(told).toEqual([]);
    state.alive = ['here'];
    await clock.advance(500);
    expect(told).toEqual(['run 2']);
  });

  it('of an earlier owner are over when nobody waits for them any more', async () => {
    const { told, state, inherit, clock } = world();
    state.alive = ['here', 'there'];
    inherit('there');
    await clock.advance(1_000);
    state.awaited = false;
    state.stored = idle;
    await clock.advance(1_000);
    expect(told).toEqual(['forgot 5']);
  });

  it('that an earlier owner went on to dispatch after the takeover are taken over too', async () => {
    const { told, state, inherit, clock } = world();
    state.alive = ['here', 'there'];
    inherit('there');
    await clock.advance(1_000);
    state.awaited = false;
    state.stored = { ...waiting, activities: { call: { ...activity, birth: 2, near: 'there' } } };
    await clock.advance(1_000);
    state.awaited = true;
    state.alive = ['here'];
    await clock.advance(1_000);
    expect(told).toEqual(['run 2']);
  });

  it('of an earlier owner wait until what came by the ingress is applied', async () => {
    const applied = Promise.withResolvers<boolean>();
    const { told, inherit, clock } = world({ caughtUp: () => applied.promise });
    inherit('gone');
    await clock.advance(1_000);
    expect(told).toEqual([]);
    applied.resolve(true);
    await clock.advance(1);
    expect(told).toEqual(['run 2']);
  });

  it('of an earlier owner wait until a slot is free', async () => {
    const { told, state, inherit, clock } = world();
    state.slots = 0;
    inherit('gone');
    await clock.advance(5_000);
    expect(told).toEqual([]);
    state.slots = 1;
    await clock.advance(500);
    expect(told).toEqual(['run 2']);
  });
});

describe('the mark of an actor', () => {
  it('is stored once for steps that follow each other', () => {
    const { near } = world();
    near.reserve(dispatching, 0).begin(11);
    const next = near.reserve(dispatching, 11);
    expect(next.marks).toBe(false);
    next.begin(13);
    expect(near.reserve(dispatching, 13).marks).toBe(false);
  });

  it('is stored again when the step was made from a record that someone else committed', () => {
    const { near } = world();
    near.reserve(dispatching, 0).begin(11);
    expect(near.reserve(dispatching, 12).marks).toBe(true);
  });

  it('is forgotten when a step leaves no attempt that runs near, and stored again with the next one', () => {
    const { near, told, mark } = world();
    near.reserve(dispatching, 0).begin(11);
    near.accept(mark('here', 12));
    near.reserve({ record: idle, effects: [] }, 11).begin(13);
    expect(told).toEqual(['run 1', 'forgot 12']);
    expect(near.reserve(dispatching, 13).marks).toBe(true);
  });

  it('is forgotten when it is read later than that', () => {
    const { near, told, mark } = world();
    near.reserve(dispatching, 0).begin(11);
    near.reserve({ record: idle, effects: [] }, 11).begin(13);
    near.accept(mark('here', 12));
    expect(told).toEqual(['run 1', 'forgot 12']);
  });

  it('is kept when it is read before its commit is answered', () => {
    const { near, told, mark } = world();
    const reserved = near.reserve(dispatching, 0);
    near.accept(mark('here', 12));
    reserved.begin(11);
    expect(told).toEqual(['run 1']);
  });

  it('of a later owner is left alone', async () => {
    const { near, told, mark, clock } = world();
    near.accept(mark('there', 12));
    await clock.advance(1_000);
    expect(told).toEqual([]);
  });

  it('of an earlier owner is forgotten when its actor has no attempt that runs near', async () => {
    const { near, told, mark, clock } = world();
    near.accept(mark('there', 5));
    await clock.advance(1);
    expect(told).toEqual(['forgot 5']);
  });

  it('is kept while a server that is behind shows the record of before it', async () => {
    const { near, told, mark, clock, state } = world();
    state.revision = 4;
    near.accept(mark('there', 5));
    await clock.advance(10_000);
    expect(told).toEqual([]);
    state.revision = 6;
    await clock.advance(500);
    expect(told).toEqual(['forgot 5']);
  });

  it('is kept when its actor was read while a step of it was being committed', async () => {
    const loaded = Promise.withResolvers<{ record: ActorRecord; revision: number }>();
    const { near, told, mark, clock } = world({ store: { load: () => loaded.promise } });
    near.accept(mark('there', 5));
    const reserved = near.reserve(dispatching, 6);
    loaded.resolve({ record: idle, revision: 6 });
    await clock.advance(1);
    near.accept(mark('here', 12));
    reserved.begin(11);
    expect(told).toEqual(['forgot 5', 'run 1']);
    near.reserve({ record: idle, effects: [] }, 11).begin(14);
    expect(told).toEqual(['forgot 5', 'run 1', 'forgot 12']);
  });
});
