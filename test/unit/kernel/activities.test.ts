/** Activities: dispatched, fenced and cancelled by the actor itself. */
import { describe, expect, it } from 'vitest';
import { assign, createMachine, fromPromise, setup } from 'xstate';
import { activity } from '#machines/support/activity.ts';
import { bothModes, fails, given, hangs, returns, takes } from '#test/support/machine-harness.ts';
import { launchDefinition } from './machines/launch.machine.ts';

const input = { count: 2 };

describe('activities', () => {
  bothModes('gives the output to the machine when the first attempt succeeds', async (mode) => {
    const run = await given(launchDefinition(), {
      mode,
      input,
      activities: { launch: returns(['i-1', 'i-2']) },
    });

    expect(run.status()).toBe('done');
    expect(run.output()).toEqual({ ids: ['i-1', 'i-2'], failure: null });
    expect(run.tasks()).toMatchObject([
      {
        name: 'launch',
        childId: 'launch',
        queue: 'aws-2',
        attempt: 1,
        input,
        startToCloseMs: 60_000,
        heartbeatMs: 0,
      },
    ]);
    expect(run.effects().map(({ kind }) => kind)).toEqual(['run-activity', 'set-wake', 'clear-wake']);
  });

  bothModes(
    'cancels the attempt when the machine leaves the state, and takes no late result',
    async (mode) => {
      const run = await given(launchDefinition(), {
        mode,
        input,
        activities: { launch: takes(5_000, returns(['late'])) },
      });
      await run.send({ type: 'abort' });
      await run.advance(60_000);

      expect(run.cancelled()).toEqual(['launch']);
      expect(run.value()).toBe('aborted');
      expect(run.refusals()).toMatchObject([{ reason: 'stale' }]);
    },
  );

  bothModes('takes no result of an earlier visit when the state is entered again', async (mode) => {
    const run = await given(launchDefinition(), {
      mode,
      input,
      activities: {
        launch: [takes(5_000, returns(['first visit'])), takes(9_000, returns(['second visit']))],
      },
    });
    await run.send({ type: 'again' });
    await run.advance(60_000);

    const [first, second] = run.tasks();
    expect(second?.birth).toBeGreaterThan(first?.birth ?? 0);
    expect(run.output()).toEqual({ ids: ['second visit'], failure: null });
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
            invoke: {
              id: 'idle',
              src: fromPromise(() => Promise.resolve('inline')),
              onDone: 'ended',
              onError: 'failed',
            },
          },
          ended: { type: 'final' },
          failed: {},
        },
        output: ({ context }: { context: { sum: number } }) => context.sum,
      },
      {
        actors: {
          add: fromPromise(({ input: sum }: { input: { a: number; b: number } }) =>
            Promise.resolve(sum.a + sum.b),
          ),
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

  bothModes('is cancelled when its state is entered again without being left', async (mode) => {
    const machine = setup({ actors: { work: fromPromise(async () => 0) } }).createMachine({
      id: 'again',
      initial: 'on',
      states: {
        on: { invoke: { id: 'work', src: 'work' }, on: { back: 'hist' } },
        hist: { type: 'history' },
      },
    });
    const run = await given(machine, { mode, activities: { 'again.work': hangs() } });
    await run.send({ type: 'back' });
    expect(run.cancelled()).toEqual(['again.work']);
    expect(run.running()).toEqual(['again.work']);
  });
});
