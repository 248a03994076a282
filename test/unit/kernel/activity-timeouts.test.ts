/** What the actor itself watches: an attempt that no worker took, and one whose result is to come by token. */
import { describe, expect, it } from 'vitest';
import type { Envelope } from '#contracts/envelope.ts';
import type { ActivityOptionsInput } from '#contracts/retry-policy.ts';
import {
  bothModes,
  given,
  hangs,
  returns,
  takes,
  type Mode,
  type Run,
} from '#test/support/machine-harness.ts';
import { launchDefinition } from './machines/launch.machine.ts';

const input = { count: 2 };

async function launching(mode: Mode, options: ActivityOptionsInput): Promise<Run> {
  return given(launchDefinition(options), { mode, input, activities: { launch: hangs() } });
}

/** What a worker, or whoever holds the token, says about one attempt; the newest when none is named. */
type Said = 'started' | 'later' | 'beats' | 'done' | 'failed';

function saying(run: Run, said: Said, attempt?: number): Envelope {
  const task = run.tasks().findLast((other) => attempt === undefined || other.attempt === attempt);
  if (task === undefined) throw new Error('no such attempt');
  const about = { childId: task.childId, birth: task.birth, attempt: task.attempt };
  const base = { v: 1, id: run.world.nextEnvelopeId(), to: run.address, ...about } as const;
  const startedAtMs = run.nowMs();
  switch (said) {
    case 'started':
      return { ...base, kind: 'activity-started', startedAtMs };
    case 'later':
      return {
        ...base,
        kind: 'activity-started',
        startedAtMs,
        asyncUntilMs: startedAtMs + task.startToCloseMs,
      };
    case 'beats':
      return { ...base, kind: 'activity-progress' };
    case 'done':
      return {
        ...base,
        kind: 'activity-result',
        byToken: true,
        outcome: { status: 'succeeded', output: [`by token of ${task.attempt}`] },
      };
    case 'failed':
      return {
        ...base,
        kind: 'activity-result',
        byToken: true,
        outcome: { status: 'failed', failure: { code: 'DENIED', message: 'No.', kind: 'terminal' } },
      };
  }
}

const exact = { retry: { initialMs: 1_000, jitter: 0, attemptsMax: 2 } } as const;

describe('the time until a worker takes an attempt', () => {
  const options = { ...exact, scheduleToStartMs: 5_000 };

  bothModes('ends the activity when no worker took it in time', async (mode) => {
    const run = await launching(mode, options);
    expect(run.tasks()).toMatchObject([{ startByMs: run.nowMs() + 5_000 }]);
    await run.advance(4_999);
    expect(run.status()).toBe('active');
    await run.advance(1);

    expect(run.output()).toMatchObject({
      failure: { code: 'ACTIVITY_SCHEDULE_TO_START_TIMEOUT', kind: 'unknown-outcome' },
    });
    expect(run.cancelled()).toEqual(['launch']);
  });

  bothModes('does not matter any more once a worker took it', async (mode) => {
    const run = await launching(mode, options);
    expect(await run.deliver(saying(run, 'started'))).toBeUndefined();
    const startedAtMs = run.nowMs();
    await run.advance(60_000);

    expect(run.status()).toBe('active');
    expect(run.view().activities).toMatchObject([{ startedAtMs }]);
  });

  bothModes('starts anew with each attempt', async (mode) => {
    const run = await launching(mode, options);
    await run.deliver(saying(run, 'started'));
    const failure = { code: 'RESET', message: 'Reset.', kind: 'transient' } as const;
    const result = { ...saying(run, 'done'), outcome: { status: 'failed', failure } } as Envelope;
    await run.deliver(result);
    await run.advance(1_000);
    expect(run.tasks()).toMatchObject([{}, { attempt: 2, startByMs: run.nowMs() + 5_000 }]);
    await run.advance(5_000);

    expect(run.output()).toMatchObject({
      failure: {
        code: 'ACTIVITY_SCHEDULE_TO_START_TIMEOUT',
        details: { lastFailure: { code: 'RESET' } },
      },
    });
  });

  bothModes("is nobody's business when the options do not ask for it", async (mode) => {
    const run = await given(launchDefinition(exact), {
      mode,
      input,
      activities: { launch: takes(3_600_000, returns(['late'])) },
    });
    expect(run.tasks()[0]).not.toHaveProperty('startByMs');
    await run.advance(3_600_000);
    expect(run.output()).toMatchObject({ ids: ['late'] });
  });
});

describe('a result that comes by token', () => {
  const options = { ...exact, startToCloseMs: 30_000 };

  bothModes('completes the activity', async (mode) => {
    const run = await launching(mode, options);
    await run.deliver(saying(run, 'later'));
    expect(run.view().activities).toMatchObject([{ asyncUntilMs: run.nowMs() + 30_000 }]);
    await run.advance(29_999);
    expect(await run.deliver(saying(run, 'done'))).toBeUndefined();
    expect(run.output()).toEqual({ ids: ['by token of 1'], failure: null });
  });

  bothModes('may be a failure, which counts like any other', async (mode) => {
    const run = await launching(mode, options);
    await run.deliver(saying(run, 'later'));
    await run.deliver(saying(run, 'failed'));
    expect(run.output()).toMatchObject({ failure: { code: 'DENIED' } });
  });

  bothModes('counts even before the worker could say that it will come', async (mode) => {
    const run = await launching(mode, options);
    const later = saying(run, 'later');
    await run.deliver(saying(run, 'done'));
    expect(run.status()).toBe('done');
    expect(await run.deliver(later)).toBe('not-active');
  });

  bothModes('is waited for no longer than one attempt may take; then the next one begins', async (mode) => {
    const run = await launching(mode, options);
    await run.deliver(saying(run, 'later'));
    await run.advance(30_000);
    expect(run.view().activities).toMatchObject([
      { attempt: 1, lastFailure: { code: 'ACTIVITY_START_TO_CLOSE_TIMEOUT', kind: 'unknown-outcome' } },
    ]);
    await run.advance(1_000);
    expect(run.tasks().map(({ attempt }) => attempt)).toEqual([1, 2]);

    expect(await run.deliver(saying(run, 'done', 1))).toBe('stale');
    expect(await run.deliver(saying(run, 'beats', 1))).toBe('stale');
    await run.deliver(saying(run, 'later', 2));
    await run.deliver(saying(run, 'done', 2));
    expect(run.output()).toMatchObject({ ids: ['by token of 2'] });
  });

  bothModes('is never waited for beyond the end of the activity', async (mode) => {
    const run = await launching(mode, { ...options, scheduleToCloseMs: 10_000 });
    await run.deliver(saying(run, 'later'));
    await run.advance(10_000);
    expect(run.output()).toMatchObject({ failure: { code: 'ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT' } });
    expect(run.cancelled(), 'no worker has it').toEqual([]);
  });

  bothModes('of an earlier visit of the state is stale', async (mode) => {
    const run = await launching(mode, options);
    await run.deliver(saying(run, 'later'));
    const old = saying(run, 'done');
    await run.send({ type: 'again' });
    expect(await run.deliver(old)).toBe('stale');
    expect(run.status()).toBe('active');
  });

  bothModes('is given up when its holder stops giving signs of life', async (mode) => {
    const run = await launching(mode, { ...options, heartbeatMs: 4_000 });
    await run.advance(60_000 - 30_001);
    await run.deliver(saying(run, 'later'));
    await run.advance(3_000);
    await run.deliver(saying(run, 'beats'));
    await run.advance(3_999);
    expect(run.view().activities[0]).not.toHaveProperty('lastFailure');
    await run.advance(1);
    expect(run.view().activities).toMatchObject([
      { attempt: 1, lastFailure: { code: 'ACTIVITY_HEARTBEAT_TIMEOUT', kind: 'unknown-outcome' } },
    ]);
  });
});

it('keeps the details of a sign of life that carries none', async () => {
  const run = await launching('rehydrated', exact);
  await run.heartbeat('launch', { page: 7 });
  await run.deliver(saying(run, 'beats'));
  expect(run.view().activities).toMatchObject([{ lastHeartbeat: { page: 7 } }]);
});
