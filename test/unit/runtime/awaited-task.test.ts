/** Tasks that are begun only when somebody still waits for them. */
import { describe, expect, it } from 'vitest';
import type { Activity } from '#runtime/activity.ts';
import { workerWorld } from '#test/support/worker-world.ts';

const hang: Activity = () => new Promise(() => undefined);

describe('a task that nobody waits for', () => {
  it('is not begun after the end of its activity', async () => {
    const world = workerWorld();
    world.dispatch();
    await world.clock.advance(3_600_000);
    await world.addWorker({ call: async () => 'late' });
    await world.clock.advance(10);
    expect(world.told).toEqual(['dropped 1 past-its-time']);
  });

  it('is not begun after the time by which a worker had to take it', async () => {
    const world = workerWorld();
    world.dispatch({ startByMs: world.clock.nowMs() + 1_000 });
    await world.clock.advance(1_000);
    await world.addWorker({ call: async () => 'late' });
    await world.clock.advance(10);
    expect(world.told).toEqual(['dropped 1 past-its-time']);
    expect(world.arrived()).toEqual([]);
  });

  it.each([
    ['its actor has ended', { attempt: 1, status: 'stopped' as const }],
    ['the state was entered again', { attempt: 1, birth: 3 }],
    ['another attempt is awaited', { attempt: 2 }],
  ])('is not begun when it waited for a worker and %s', async (_case, shown) => {
    const world = workerWorld();
    world.dispatch();
    await world.clock.advance(1_000);
    world.show(shown);
    await world.addWorker({ call: async () => 'in vain' });
    await world.clock.advance(10);
    expect(world.told).toEqual(['dropped 1 not-awaited']);
    expect(world.arrived()).toEqual([]);
  });

  it('is begun when it waited for a worker and its actor still waits for it', async () => {
    const world = workerWorld();
    world.dispatch();
    world.show({ attempt: 1 });
    await world.clock.advance(1_000);
    await world.addWorker({ call: async () => 'wanted' });
    await world.clock.advance(10);
    expect(world.arrived()).toMatchObject([{ outcome: { output: 'wanted' } }]);
  });

  it('is not begun when it waited for the rate of its queue, and the news of its end was lost', async () => {
    const world = workerWorld({ concurrency: 4, perSecond: 0.5 });
    await world.addWorker({ call: async () => 'first', second: async () => 'in vain' });
    world.dispatch();
    world.dispatch({ name: 'second', birth: 5, attempt: 9 });
    world.show({ attempt: 1 });
    await world.clock.advance(3_000);
    expect(world.told).toEqual(['started 1 after 0 ms', 'ended 1 well', 'dropped 9 not-awaited']);
  });

  it('is announced as begun, before its code runs, only when the options ask for it', async () => {
    const world = workerWorld();
    await world.addWorker({ call: async () => world.arrived().length });
    world.dispatch({ startByMs: world.clock.nowMs() + 1_000 });
    await world.clock.advance(10);
    expect(world.arrived()).toMatchObject([
      { kind: 'activity-started', attempt: 1 },
      { outcome: { output: 1 } },
    ]);
  });
});

describe('an attempt whose worker died, asked for at a server that is behind', () => {
  it('is asked for again when the view is older than its task, and runs when it is awaited', async () => {
    const world = workerWorld();
    const before = world.clock.nowMs() - 1;
    const first = await world.addWorker({ call: hang }, { node: 'doomed' });
    world.dispatch({ birth: 3 });
    await world.clock.advance(10);
    world.show({ attempt: 1, birth: 1, updatedAtMs: before });
    first.process.kill();
    await world.addWorker({ call: async () => 'again' }, { node: 'heir' });
    await world.clock.advance(1_000);
    expect(world.told).toEqual(['started 1 after 0 ms']);
    world.show({ attempt: 1, birth: 3 });
    await world.clock.advance(5_000);
    expect(world.arrived()).toMatchObject([{ attempt: 1, birth: 3, outcome: { output: 'again' } }]);
  });

  it.each([
    ['of a step before its dispatch', () => ({ attempt: 1, birth: 1, step: 6 })],
    ['missing', () => null],
  ])('is asked for again when the view is %s, however late it was made', async (_case, behind) => {
    const world = workerWorld();
    world.dispatch({ birth: 3, step: 7 });
    const shown = behind();
    if (shown) world.show({ ...shown, updatedAtMs: world.clock.nowMs() + 500 });
    await world.clock.advance(1_000);
    await world.addWorker({ call: async () => 'wanted' });
    await world.clock.advance(1_000);
    expect(world.told).toEqual([]);
    world.show({ attempt: 1, birth: 3, step: 7 });
    await world.clock.advance(5_000);
    expect(world.arrived()).toMatchObject([{ attempt: 1, birth: 3, outcome: { output: 'wanted' } }]);
  });
});
