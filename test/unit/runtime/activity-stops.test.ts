/** Attempts that end before their code does: cancelled, drained, overtaken. And tasks that are not begun at all. */
import { describe, expect, it } from 'vitest';
import type { Activity } from '#runtime/activity.ts';
import { workerWorld } from '#test/support/worker-world.ts';

const hang: Activity = () => new Promise(() => undefined);

/** Cleans up for a while after its signal fired, and then returns something. */
function tidying(clock: { sleep(ms: number): Promise<void> }, cleanUpMs: number): Activity {
  return async (_input, { signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await clock.sleep(cleanUpMs);
    return 'too late';
  };
}

describe('an attempt that is cancelled', () => {
  it('is told by its birth, may clean up while its slot is held, and reports nothing', async () => {
    const world = workerWorld({ concurrency: 1 });
    const { clock } = world;
    await world.addWorker({ call: tidying(clock, 3_000), next: async () => 'next' });
    world.dispatch();
    world.dispatchAwaited({ name: 'next', birth: 5, attempt: 9 });
    await clock.advance(10);
    world.cancel(2);
    await clock.advance(10);
    expect(world.told).toEqual(['started 1 after 0 ms']);
    world.cancel(1);
    await clock.advance(2_999);
    expect(world.told).toHaveLength(1);
    await clock.advance(1);
    expect(world.told).toEqual([
      'started 1 after 0 ms',
      'dropped 1 cancelled',
      'started 9 after 0 ms',
      'ended 9 well',
    ]);
    expect(world.arrived()).toMatchObject([{ birth: 5, attempt: 9 }]);
  });

  it('loses its slot when it goes on after its time to clean up, which is told', async () => {
    const world = workerWorld({ concurrency: 1 });
    await world.addWorker({ call: hang, next: async () => 'next' });
    world.dispatch({ cancelGraceMs: 2_000 });
    world.dispatchAwaited({ name: 'next', birth: 5, attempt: 9 });
    await world.clock.advance(10);
    world.cancel(1);
    await world.clock.advance(1_999);
    expect(world.told).toHaveLength(1);
    await world.clock.advance(1);
    expect(world.told.slice(1, 4)).toEqual([
      'still running 1 after 2000 ms',
      'dropped 1 cancelled',
      'started 9 after 0 ms',
    ]);
  });

  it('cleans up for five seconds when its options do not say', async () => {
    const world = workerWorld();
    await world.addWorker({ call: hang });
    world.dispatch({ startToCloseMs: 1_000 });
    await world.clock.advance(5_999);
    expect(world.arrived()).toEqual([]);
    await world.clock.advance(1);
    expect(world.told).toEqual([
      'started 1 after 0 ms',
      'still running 1 after 5000 ms',
      'ended 1 ACTIVITY_START_TO_CLOSE_TIMEOUT',
    ]);
  });
});

describe('an attempt in a worker that drains', () => {
  it('is stopped after the time of grace, cleans up, and runs again elsewhere without being used up', async () => {
    const world = workerWorld();
    const { clock } = world;
    const { worker } = await world.addWorker({ call: tidying(clock, 500) }, { node: 'old' });
    world.dispatch();
    await clock.advance(10);
    world.show({ attempt: 1 });
    const drained = worker.drain(1_000);
    await world.addWorker({ call: async (_input, { attempt }) => `attempt ${attempt}` }, { node: 'new' });
    await clock.advance(5_000);
    await drained;
    expect(world.told).toEqual([
      'started 1 after 0 ms',
      'dropped 1 draining',
      'started 1 after 0 ms',
      'ended 1 well',
    ]);
    expect(world.arrived()).toMatchObject([{ outcome: { status: 'succeeded', output: 'attempt 1' } }]);
  });

  it('holds the drain up no longer than its time to clean up', async () => {
    const world = workerWorld();
    const { worker } = await world.addWorker({ call: hang });
    world.dispatch();
    await world.clock.advance(10);
    let isDrained = false;
    void worker.drain(1_000).then(() => (isDrained = true));
    await world.clock.advance(5_900);
    expect(isDrained).toBe(false);
    await world.clock.advance(1_200);
    expect(isDrained).toBe(true);
  });
});

describe('an attempt whose worker died', () => {
  it('runs again with the latest details of its heartbeats, which its task does not have', async () => {
    const world = workerWorld();
    const first = await world.addWorker({ call: hang }, { node: 'doomed' });
    world.dispatch({ lastHeartbeat: 1 });
    await world.clock.advance(10);
    world.show({ attempt: 1, lastHeartbeat: 42 });
    first.process.kill();
    await world.addWorker({ call: async (_input, { lastHeartbeat }) => lastHeartbeat }, { node: 'heir' });
    await world.clock.advance(1_000);
    expect(world.arrived()).toMatchObject([{ attempt: 1, outcome: { output: 42 } }]);
  });

  it.each([
    ['another attempt is awaited', { attempt: 2 }],
    ['the state was entered again', { attempt: 1, birth: 3 }],
    ['its result comes by token', { attempt: 1, asyncUntilMs: 9_999_999_999_999 }],
  ])('does not run again when %s', async (_case, shown) => {
    const world = workerWorld();
    const first = await world.addWorker({ call: hang }, { node: 'doomed' });
    world.dispatch();
    await world.clock.advance(10);
    world.show(shown);
    first.process.kill();
    await world.addWorker({ call: async () => 'again' }, { node: 'heir' });
    await world.clock.advance(1_000);
    expect(world.told).toEqual(['started 1 after 0 ms', 'dropped 1 not-awaited']);
    expect(world.arrived()).toEqual([]);
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

describe('an attempt in a process that stood still', () => {
  /** Another worker gets the task; 5 s later the first one wakes up and finds that it took too long. */
  async function asleep(second: Activity) {
    const world = workerWorld();
    let isSuspended = false;
    const crashPlan = (call: string) => {
      if (isSuspended || call !== 'ingress.send') return 'go-on';
      isSuspended = true;
      return 'suspend';
    };
    const sleepy: Activity = (_input, { heartbeat }) => {
      // Passing the details on is the call at which the process is stopped.
      heartbeat({ page: 1 });
      return new Promise(() => undefined);
    };
    await world.addWorker({ call: sleepy }, { node: 'sleepy', crashPlan });
    world.show({ attempt: 1 });
    world.dispatch({ heartbeatMs: 2_000, cancelGraceMs: 0 });
    await world.addWorker({ call: second }, { node: 'awake' });
    return world;
  }

  it('fails nothing that another worker has by then', async () => {
    const world = await asleep(async (_input, { heartbeat }) => {
      for (let beat = 0; beat < 20; beat += 1) {
        heartbeat();
        await world.clock.sleep(1_000);
      }
      return 'second';
    });
    await world.clock.advance(30_000);
    const results = world.arrived().filter((envelope) => envelope?.kind === 'activity-result');
    expect(results).toMatchObject([{ attempt: 1, outcome: { status: 'succeeded', output: 'second' } }]);
    expect(world.told).toContain('dropped 1 replaced');
  });
});

it("stops at its next sign of life when its task is another's by then", async () => {
  const world = workerWorld();
  let isSuspended = false;
  const crashPlan = (call: string) => {
    if (isSuspended || call !== 'ingress.send') return 'go-on';
    isSuspended = true;
    return 'suspend';
  };
  const stopped: unknown[] = [];
  const { process } = await world.addWorker(
    {
      call: async (_input, { heartbeat, signal }) => {
        for (let beat = 1; beat <= 60 && !signal.aborted; beat += 1) {
          heartbeat({ beat });
          await process.ports.clock.sleep(1_000);
        }
        stopped.push(signal.reason);
        return 'first';
      },
    },
    { node: 'sleepy', crashPlan },
  );
  world.show({ attempt: 1 });
  world.dispatch({ heartbeatMs: 30_000 });
  await world.addWorker(
    {
      call: async () => {
        await world.clock.sleep(20_000);
        return 'second';
      },
    },
    { node: 'awake' },
  );
  await world.clock.advance(10_000);
  expect(stopped).toMatchObject([{ why: 'replaced' }]);
  await world.clock.advance(60_000);
  const results = world.arrived().filter((envelope) => envelope?.kind === 'activity-result');
  expect(results).toMatchObject([{ outcome: { output: 'second' } }]);
});

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
