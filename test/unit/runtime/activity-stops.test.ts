/** Attempts that end before their code does: cancelled, drained, overtaken. */
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
