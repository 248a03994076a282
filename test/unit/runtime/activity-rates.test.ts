/** Attempts that begin under the rate of their queue. */
import { describe, expect, it } from 'vitest';
import { ActivityFailed } from '#runtime/activity.ts';
import { failure, workerWorld } from '#test/support/worker-world.ts';

describe('an attempt that begins under a rate', () => {
  it('waits for its turn without using up its time or itself', async () => {
    const world = workerWorld({ concurrency: 8, perSecond: 0.1, burst: 2 });
    await world.addWorker({ call: async () => 'done' });
    for (const attempt of [1, 2, 3, 4]) world.dispatchAwaited({ attempt, startToCloseMs: 5_000 });
    await world.clock.advance(9_999);
    expect(world.told.filter((line) => line.startsWith('started'))).toHaveLength(2);
    await world.clock.advance(10_002);
    expect(world.told.filter((line) => line.startsWith('started'))).toEqual([
      'started 1 after 0 ms',
      'started 2 after 0 ms',
      'started 3 after 10000 ms',
      'started 4 after 20000 ms',
    ]);
    expect(world.told.filter((line) => line.endsWith('well'))).toHaveLength(4);
  });

  it('waits for the turns of all replicas', async () => {
    const world = workerWorld({ concurrency: 100, perSecond: 10 });
    for (const node of ['a', 'b', 'c']) await world.addWorker({ call: async () => 'done' }, { node });
    for (let birth = 1; birth <= 60; birth += 1) world.dispatchAwaited({ birth });
    await world.clock.advance(3_000);
    expect(world.arrived().length).toBeGreaterThan(25);
    expect(world.arrived().length).toBeLessThanOrEqual(31);
  });

  it('is dropped when it is cancelled meanwhile', async () => {
    const world = workerWorld({ concurrency: 8, perSecond: 0.1 });
    await world.addWorker({ call: async () => 'done' });
    world.dispatch();
    world.dispatch({ birth: 2 });
    await world.clock.advance(1_000);
    world.cancel(2);
    await world.clock.advance(60_000);
    expect(world.told).toEqual(['started 1 after 0 ms', 'ended 1 well', 'dropped 1 cancelled']);
  });

  it('slows the queue down when the other side says that it is too much', async () => {
    const world = workerWorld({ concurrency: 1, perSecond: 1 });
    const throttled = { code: 'SLOW', message: 'Slow down.', kind: 'throttle' } as const;
    await world.addWorker({
      call: async () => {
        throw new ActivityFailed(throttled);
      },
      next: async () => 'next',
    });
    world.dispatch();
    world.dispatchAwaited({ name: 'next', attempt: 2 });
    world.dispatchAwaited({ name: 'next', attempt: 3 });
    await world.clock.advance(10_000);
    expect(world.arrived()).toMatchObject(failure('SLOW', 'throttle').concat([{}, {}] as never[]));
    expect(world.told.filter((line) => line.startsWith('started'))[2]).toBe('started 3 after 2000 ms');
  });
});
