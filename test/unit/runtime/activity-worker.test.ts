import { describe, expect, it } from 'vitest';
import { ActivityFailed, type Activity } from '#runtime/activity.ts';
import { failure, workerWorld } from '#test/support/worker-world.ts';

async function working(activities: Record<string, Activity>) {
  const world = workerWorld();
  return { ...world, ...(await world.addWorker(activities)) };
}

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

  it('gives up an attempt that takes too long: fires its signal, waits for it to clean up, and says so', async () => {
    let aborted = false;
    const { clock, dispatch, arrived } = await working({
      call: (_input, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => void (aborted = true), { once: true })),
    });
    dispatch({ startToCloseMs: 5_000 });
    await clock.advance(4_999);
    expect(aborted).toBe(false);
    await clock.advance(1);
    expect(aborted).toBe(true);
    expect(arrived()).toEqual([]);
    await clock.advance(5_001);
    expect(arrived()).toMatchObject(failure('ACTIVITY_START_TO_CLOSE_TIMEOUT', 'unknown-outcome'));
  });

  it('says that the time of the whole activity is over when that comes before the end of the attempt', async () => {
    const { clock, dispatch, arrived } = await working({ call: () => new Promise(() => undefined) });
    dispatch({ startToCloseMs: 5_000, deadlineAtMs: clock.nowMs() + 2_000, cancelGraceMs: 0 });
    await clock.advance(2_001);
    expect(arrived()).toMatchObject(failure('ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT', 'unknown-outcome'));
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
    dispatch({ heartbeatMs: 1_000, cancelGraceMs: 0 });
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

  it('has the latest details of a heartbeat passed on before a failure', async () => {
    const { clock, dispatch, arrived } = await working({
      call: async (_input, { heartbeat }) => {
        for (const page of [1, 2, 3]) heartbeat({ page });
        throw new ActivityFailed({ code: 'LOST', message: 'Lost.', kind: 'transient' });
      },
    });
    dispatch();
    await clock.advance(1);
    expect(arrived()).toMatchObject([
      { kind: 'activity-progress', details: { page: 1 } },
      { kind: 'activity-progress', details: { page: 3 } },
      { kind: 'activity-result', outcome: { failure: { code: 'LOST' } } },
    ]);
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
});
