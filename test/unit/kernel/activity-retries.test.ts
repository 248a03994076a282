/** Retries: decided by the actor, on its own durable timer. */
import { describe, expect, it } from 'vitest';
import { addressOf } from '#contracts/address.ts';
import type { Failure } from '#contracts/failure.ts';
import { ActivityOptions } from '#contracts/retry-policy.ts';
import { nextAttemptAtMs } from '#runtime/kernel/retry.ts';
import { bothModes, fails, given, hangs, returns } from '#test/support/machine-harness.ts';
import { launchDefinition } from './machines/launch.machine.ts';

const input = { count: 2 };

describe('retries of activities', () => {
  bothModes('tries again on its own timer, and shows it in the view meanwhile', async (mode) => {
    const throttled = fails({ code: 'THROTTLED', kind: 'throttle' });
    const run = await given(launchDefinition(), {
      mode,
      input,
      activities: { launch: [throttled, throttled, returns([])] },
    });

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

  bothModes(
    'gives up at once when the failure is terminal or its code is not to be retried',
    async (mode) => {
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
    },
  );

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

  bothModes(
    'ends with the last failure when the next attempt would start after the deadline',
    async (mode) => {
      const run = await given(
        launchDefinition({ scheduleToCloseMs: 10_000, retry: { initialMs: 4_000, factor: 1, jitter: 0 } }),
        {
          mode,
          input,
          activities: { launch: fails({ code: 'DOWN' }) },
        },
      );
      await run.advance(60_000);

      expect(run.calls('launch')).toHaveLength(3);
      expect(run.output()).toMatchObject({ failure: { code: 'DOWN' } });
    },
  );

  bothModes('times out when an attempt does not come back before the deadline', async (mode) => {
    const run = await given(
      launchDefinition({ scheduleToCloseMs: 10_000, retry: { initialMs: 1_000, jitter: 0 } }),
      {
        mode,
        input,
        activities: { launch: [fails({ code: 'RESET' }), hangs()] },
      },
    );
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

  bothModes('takes the success of any attempt, but only the failure of the awaited one', async (mode) => {
    const run = await given(launchDefinition(), {
      mode,
      input,
      activities: { launch: [fails({ code: 'LOST' }), hangs()] },
    });
    await run.advance(1_000);
    const [first] = run.tasks();
    if (first === undefined) throw new Error('no attempt');
    const result = {
      v: 1,
      kind: 'activity-result',
      to: run.address,
      childId: 'launch',
      birth: first.birth,
    } as const;

    const failure: Failure = { code: 'LOST', kind: 'transient', message: 'again' };
    const late = {
      ...result,
      id: 'late-failure',
      attempt: 1,
      outcome: { status: 'failed', failure },
    } as const;
    expect(await run.deliver(late)).toBe('stale');
    expect(run.status()).toBe('active');
    await run.deliver({
      ...result,
      id: 'late',
      attempt: 1,
      outcome: { status: 'succeeded', output: ['i-1'] },
    });
    expect(run.output()).toEqual({ ids: ['i-1'], failure: null });
    expect(run.cancelled()).toEqual(['launch']);
  });

  bothModes('shows heartbeat details and gives them to the next attempt', async (mode) => {
    const run = await given(launchDefinition(), { mode, input, activities: { launch: [hangs(), hangs()] } });
    await run.heartbeat('launch', { done: 3 });
    expect(run.view().activities).toMatchObject([{ lastHeartbeat: { done: 3 } }]);
    await run.finishActivity('launch', fails({ code: 'LOST' }));
    const { birth } = run.tasks()[0] ?? { birth: 0 };
    const late = { v: 1, id: 'late', to: run.address, kind: 'activity-progress', childId: 'launch' } as const;
    expect(await run.deliver({ ...late, birth, attempt: 1, details: { done: 9 } })).toBe('stale');
    await run.advance(1_000);
    expect(await run.deliver({ ...late, id: 'later', birth, attempt: 1, details: { done: 9 } })).toBe(
      'stale',
    );

    expect(run.tasks()[1]).toMatchObject({ attempt: 2, lastHeartbeat: { done: 3 } });
  });
});

describe('the time of the next attempt', () => {
  const address = addressOf({ service: 'test', type: 'subject', root: 'r', id: 'r' });

  it('does not count a throttled attempt, even when it would be the last', () => {
    const options = ActivityOptions.parse({ retry: { attemptsMax: 1, jitter: 0 } });
    const activityRecord = {
      birth: 1,
      name: 'a',
      queue: 'default',
      options,
      attempt: 1,
      scheduledAtMs: 0,
      deadlineAtMs: 9e9,
    };
    const failure = { code: 'X', message: 'x', kind: 'transient' as const };
    expect(nextAttemptAtMs(activityRecord, { failure, address, nowMs: 0 })).toBeUndefined();
    expect(
      nextAttemptAtMs(activityRecord, { failure: { ...failure, kind: 'throttle' }, address, nowMs: 0 }),
    ).toBe(1_000);
  });

  it('spreads retries by a hash: the same for the same attempt, within the jitter', () => {
    const options = ActivityOptions.parse({ retry: { jitter: 0.5, initialMs: 1_000 } });
    const waits = Array.from({ length: 50 }, (_, birth) => {
      const activityRecord = {
        birth,
        name: 'a',
        queue: 'default',
        options,
        attempt: 1,
        scheduledAtMs: 0,
        deadlineAtMs: 9e9,
      };
      const failure = { code: 'X', message: 'x', kind: 'transient' as const };
      const wait = () => nextAttemptAtMs(activityRecord, { failure, address, nowMs: 0 });
      expect(wait()).toBe(wait());
      return wait() ?? 0;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_000);
    expect(new Set(waits).size).toBeGreaterThan(40);
  });
});
