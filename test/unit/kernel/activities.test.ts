/** Activities: dispatched, retried, given up and cancelled by the actor itself. */
import { describe, expect, it } from 'vitest';
import { assign, createMachine, fromPromise, setup } from 'xstate';
import type { Failure } from '#contracts/failure.ts';
import { activity } from '#machines/support/activity.ts';
import type { ActivityOptionsInput } from '#contracts/retry-policy.ts';
import { bothModes, fails, given, hangs, returns, takes } from '#test/support/machine-harness.ts';

function launchDefinition(options: ActivityOptionsInput = {}) {
  const machine = setup({
    types: {
      context: {} as { count: number; ids: string[]; failure: Failure | null },
      input: {} as { count: number },
      events: {} as { type: 'abort' } | { type: 'again' },
    },
    actors: {
      launch: activity<string[], { count: number }>('launch', {
        retry: { initialMs: 1_000, jitter: 0 },
        ...options,
        queue: (input) => `aws-${input.count}`,
      }),
    },
  }).createMachine({
    id: 'launch',
    context: ({ input }) => ({ count: input.count, ids: [], failure: null }),
    initial: 'launching',
    states: {
      launching: {
        on: { abort: 'aborted', again: { target: 'launching', reenter: true } },
        invoke: {
          id: 'launch',
          src: 'launch',
          input: ({ context }) => ({ count: context.count }),
          onDone: { target: 'launched', actions: assign({ ids: ({ event }) => event.output }) },
          onError: { target: 'failed', actions: assign({ failure: ({ event }) => event.error as Failure }) },
        },
      },
      aborted: { on: { again: 'launching' } },
      launched: { type: 'final' },
      failed: { type: 'final' },
    },
    output: ({ context }) => ({ ids: context.ids, failure: context.failure }),
  });
  return { type: 'launch', version: 1, machine };
}

const input = { count: 2 };

describe('activities', () => {
  bothModes('gives the output to the machine when the first attempt succeeds', async (mode) => {
    const run = await given(launchDefinition(), { mode, input, activities: { launch: returns(['i-1', 'i-2']) } });

    expect(run.status()).toBe('done');
    expect(run.output()).toEqual({ ids: ['i-1', 'i-2'], failure: null });
    expect(run.tasks()).toMatchObject([
      { name: 'launch', childId: 'launch', queue: 'aws-2', attempt: 1, input, startToCloseMs: 60_000, heartbeatMs: 0 },
    ]);
    expect(run.effects().map(({ kind }) => kind)).toEqual(['run-activity', 'set-wake', 'clear-wake']);
  });

  bothModes('tries again on its own timer, and shows it in the view meanwhile', async (mode) => {
    const throttled = fails({ code: 'THROTTLED', kind: 'throttle' });
    const run = await given(launchDefinition(), { mode, input, activities: { launch: [throttled, throttled, returns([])] } });

    expect(run.view().activities).toMatchObject([
      { attempt: 1, nextAttemptAtMs: run.nowMs() + 1_000, lastFailure: { code: 'THROTTLED' } },
    ]);
    await run.advance(999);
    expect(run.calls('launch')).toHaveLength(1);
    await run.advance(1);
    expect(run.calls('launch')).toHaveLength(2);
    await run.advance(2_000);
    expect(run.tasks().map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(run.status()).toBe('done');
  });

  bothModes('waits as long as the other side asked', async (mode) => {
    const busy = fails({ code: 'BUSY', kind: 'busy', retryAfterMs: 30_000 });
    const run = await given(launchDefinition(), { mode, input, activities: { launch: [busy, returns([])] } });

    await run.advance(29_999);
    expect(run.calls('launch')).toHaveLength(1);
    await run.advance(1);
    expect(run.calls('launch')).toHaveLength(2);
  });

  bothModes('gives up at once when the failure is terminal or its code is not to be retried', async (mode) => {
    const refused = await given(launchDefinition(), {
      mode,
      input,
      activities: { launch: [fails({ code: 'NO_SUCH_IMAGE', kind: 'terminal' })] },
    });
    const listed = await given(launchDefinition({ retry: { nonRetryableCodes: ['QUOTA'] } }), {
      mode,
      input,
      activities: { launch: [fails({ code: 'QUOTA' })] },
    });

    expect(refused.output()).toMatchObject({ failure: { code: 'NO_SUCH_IMAGE' } });
    expect(listed.output()).toMatchObject({ failure: { code: 'QUOTA' } });
  });

  bothModes('gives up when the attempts are used up, throttled ones not counted', async (mode) => {
    const run = await given(launchDefinition({ retry: { attemptsMax: 2, initialMs: 1, jitter: 0 } }), {
      mode,
      input,
      activities: {
        launch: [
          fails({ code: 'T', kind: 'throttle' }),
          fails({ code: 'T', kind: 'throttle' }),
          fails({ code: 'E1' }),
          fails({ code: 'E2' }),
        ],
      },
    });
    await run.advance(60_000);

    expect(run.calls('launch')).toHaveLength(4);
    expect(run.output()).toMatchObject({ failure: { code: 'E2' } });
  });

  bothModes('ends with the last failure when the next attempt would start after the deadline', async (mode) => {
    const run = await given(launchDefinition({ scheduleToCloseMs: 10_000, retry: { initialMs: 4_000, factor: 1, jitter: 0 } }), {
      mode,
      input,
      activities: { launch: fails({ code: 'DOWN' }) },
    });
    await run.advance(60_000);

    expect(run.calls('launch')).toHaveLength(3);
    expect(run.output()).toMatchObject({ failure: { code: 'DOWN' } });
  });

  bothModes('times out when an attempt does not come back before the deadline', async (mode) => {
    const run = await given(launchDefinition({ scheduleToCloseMs: 10_000, retry: { initialMs: 1_000, jitter: 0 } }), {
      mode,
      input,
      activities: { launch: [fails({ code: 'RESET' }), hangs()] },
    });
    await run.advance(10_000);

    expect(run.cancelled()).toEqual(['launch']);
    expect(run.output()).toMatchObject({
      failure: {
        code: 'ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT',
        kind: 'unknown-outcome',
        details: { lastFailure: { code: 'RESET' } },
      },
    });
  });

  bothModes('cancels the attempt when the machine leaves the state, and takes no late result', async (mode) => {
    const run = await given(launchDefinition(), { mode, input, activities: { launch: takes(5_000, returns(['late'])) } });
    await run.send({ type: 'abort' });
    await run.advance(60_000);

    expect(run.cancelled()).toEqual(['launch']);
    expect(run.value()).toBe('aborted');
    expect(run.refusals()).toMatchObject([{ reason: 'stale' }]);
  });

  bothModes('takes no result of an earlier visit when the state is entered again', async (mode) => {
    const run = await given(launchDefinition(), {
      mode,
      input,
      activities: { launch: [takes(5_000, returns(['first visit'])), takes(9_000, returns(['second visit']))] },
    });
    await run.send({ type: 'again' });
    await run.advance(60_000);

    const [first, second] = run.tasks();
    expect(second?.birth).toBeGreaterThan(first?.birth ?? 0);
    expect(run.output()).toEqual({ ids: ['second visit'], failure: null });
  });

  bothModes('takes the success of any attempt, but only the failure of the awaited one', async (mode) => {
    const run = await given(launchDefinition(), { mode, input, activities: { launch: [fails({ code: 'LOST' }), hangs()] } });
    await run.advance(1_000);
    const [first] = run.tasks();
    if (first === undefined) throw new Error('no attempt');
    const result = { v: 1, kind: 'activity-result', to: run.address, childId: 'launch', birth: first.birth } as const;

    const failure: Failure = { code: 'LOST', kind: 'transient', message: 'again' };
    const late = { ...result, id: 'late-failure', attempt: 1, outcome: { status: 'failed', failure } } as const;
    expect(await run.deliver(late)).toBe('stale');
    expect(run.status()).toBe('active');
    await run.deliver({ ...result, id: 'late', attempt: 1, outcome: { status: 'succeeded', output: ['i-1'] } });
    expect(run.output()).toEqual({ ids: ['i-1'], failure: null });
    expect(run.cancelled()).toEqual(['launch']);
  });

  bothModes('shows heartbeat details and gives them to the next attempt', async (mode) => {
    const run = await given(launchDefinition(), { mode, input, activities: { launch: [hangs(), hangs()] } });
    await run.heartbeat('launch', { done: 3 });
    expect(run.view().activities).toMatchObject([{ lastHeartbeat: { done: 3 } }]);
    await run.finishActivity('launch', fails({ code: 'LOST' }));
    await run.advance(1_000);

    expect(run.tasks()[1]).toMatchObject({ attempt: 2, lastHeartbeat: { done: 3 } });
  });

  bothModes('runs plain promise logic unmodified, named or inline', async (mode) => {
    const machine = createMachine(
      {
        id: 'adder',
        context: { sum: 0 },
        initial: 'adding',
        states: {
          adding: {
            invoke: {
              id: 'add',
              src: 'add',
              input: { a: 1, b: 2 },
              onDone: { target: 'idling', actions: assign({ sum: ({ event }) => event.output as number }) },
              onError: 'failed',
            },
          },
          idling: {
            invoke: { id: 'idle', src: fromPromise(() => Promise.resolve('inline')), onDone: 'ended', onError: 'failed' },
          },
          ended: { type: 'final' },
          failed: {},
        },
        output: ({ context }: { context: { sum: number } }) => context.sum,
      },
      {
        actors: {
          add: fromPromise(({ input: sum }: { input: { a: number; b: number } }) => Promise.resolve(sum.a + sum.b)),
        },
      },
    );
    const run = await given({ type: 'adder', version: 1, machine }, { mode });

    expect(run.tasks().map(({ name }) => name)).toEqual(['adder.add', 'adder.inline:idle']);
    expect(run.output()).toBe(3);
  });

  it('dispatches nothing when the invoking state is left within the same step', async () => {
    const machine = setup({ actors: { work: activity('work') } }).createMachine({
      id: 'passing',
      initial: 'through',
      states: {
        through: { invoke: { id: 'work', src: 'work', onError: 'ended' }, always: 'ended' },
        ended: { type: 'final' },
      },
    });
    const run = await given({ type: 'passing', version: 1, machine });

    expect(run.effects()).toEqual([]);
    expect(run.status()).toBe('done');
  });

  it('ends the actor with the failure when no onError takes it', async () => {
    const machine = setup({ actors: { work: activity('work') } }).createMachine({
      id: 'careless',
      initial: 'working',
      states: { working: { invoke: { id: 'work', src: 'work', onDone: 'ended' } }, ended: { type: 'final' } },
    });
    const run = await given(
      { type: 'careless', version: 1, machine },
      { activities: { work: [fails({ code: 'NO_ROOM', kind: 'terminal' })] } },
    );

    expect(run.status()).toBe('error');
    expect(run.error()).toMatchObject({ code: 'NO_ROOM' });
  });
});
