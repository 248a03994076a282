/** Timers: many in the record, one alarm on the server. */
import { describe, expect } from 'vitest';
import { assign, cancel, raise, sendTo, setup } from 'xstate';
import { addressOf } from '#contracts/address.ts';
import { remoteActor } from '#machines/support/remote-actor.ts';
import { stepTimeMs } from '#machines/support/step-time.ts';
import { bothModes, given, START_MS } from '#test/support/machine-harness.ts';

const elsewhere = addressOf({ service: 'other', type: 'peer', root: 'r', id: 'p' });

const machine = setup({
  types: {
    context: {} as { log: string[]; at: number[] },
    events: {} as { type: 'go' | 'ring' | 'cancelRing' | 'tick' | 'both' | 'reach' | 'forget' | 'end' },
  },
  delays: { long: 60_000 },
}).createMachine({
  id: 'clock',
  context: { log: [], at: [] },
  initial: 'waiting',
  on: {
    ring: { actions: raise({ type: 'tick' }, { id: 'ring', delay: 5_000 }) },
    cancelRing: { actions: cancel('ring') },
    both: {
      actions: [raise({ type: 'tick' }, { delay: 3_000 }), raise({ type: 'tick' }, { delay: 2_000 })],
    },
    reach: {
      actions: sendTo(() => remoteActor(elsewhere), { type: 'hello' }, { delay: 4_000, id: 'reach' }),
    },
    forget: '.forgetting',
    tick: {
      actions: assign({
        log: ({ context }) => [...context.log, 'tick'],
        at: ({ context, system }) => [...context.at, stepTimeMs({ system })],
      }),
    },
    end: '.ended',
  },
  states: {
    waiting: { after: { 10_000: 'late', long: 'later' } },
    late: { on: { go: 'waiting' }, entry: assign({ log: ({ context }) => [...context.log, 'late'] }) },
    later: {},
    forgetting: {},
    ended: { type: 'final' },
  },
});
const clock = { type: 'clock', version: 1, machine };

const alarms = (run: Awaited<ReturnType<typeof given>>) =>
  run.effects().filter(({ kind }) => kind === 'set-wake' || kind === 'clear-wake');

describe('timers', () => {
  bothModes('fires a delayed transition when its time has come', async (mode) => {
    const run = await given(clock, { mode });
    await run.advance(9_999);
    expect(run.value()).toBe('waiting');
    await run.advance(1);
    expect(run.value()).toBe('late');
  });

  bothModes('sets one alarm for many timers, and removes it when none is left', async (mode) => {
    const run = await given(clock, { mode });
    expect(alarms(run)).toEqual([{ kind: 'set-wake', dueAtMs: START_MS + 10_000 }]);
    await run.send({ type: 'forget' });

    expect(alarms(run).slice(1)).toEqual([{ kind: 'clear-wake' }]);
    expect(run.record().timers).toEqual({});
    expect(run.record().wakeAtMs).toBeUndefined();
  });

  bothModes('moves the alarm forward for an earlier timer, and keeps it for a later one', async (mode) => {
    const run = await given(clock, { mode });
    await run.send({ type: 'ring' });
    await run.send({ type: 'cancelRing' });
    expect(alarms(run)).toEqual([
      { kind: 'set-wake', dueAtMs: START_MS + 10_000 },
      { kind: 'set-wake', dueAtMs: START_MS + 5_000 },
    ]);

    // when the alarm rings for nothing, it is set for what is left
    await run.advance(5_000);
    expect(alarms(run)).toHaveLength(3);
    expect(run.record().wakeAtMs).toBe(START_MS + 10_000);
    expect(run.record().state.context['log']).toEqual([]);
    await run.advance(5_000);
    expect(run.value()).toBe('late');
  });

  bothModes('replaces a timer of the same id', async (mode) => {
    const run = await given(clock, { mode });
    await run.send({ type: 'ring' });
    await run.advance(1_000);
    await run.send({ type: 'ring' });
    await run.advance(4_000);
    expect(run.record().state.context['log']).toEqual([]);
    await run.advance(1_000);
    expect(run.record().state.context['log']).toEqual(['tick']);
  });

  bothModes('fires what is overdue in order of time, each at the time of the step', async (mode) => {
    const run = await given(clock, { mode });
    await run.send({ type: 'both' });
    const dueAtMs = run.record().wakeAtMs ?? 0;
    run.world.nowMs += 3_600_000;
    await run.deliver({ v: 1, id: 'late-alarm', to: run.address, kind: 'wake', dueAtMs });

    expect(run.record().state.context).toEqual({
      log: ['tick', 'tick', 'late'],
      at: [START_MS + 3_600_000, START_MS + 3_600_000],
    });
  });

  bothModes('believes the alarm when the clock of this process is behind', async (mode) => {
    const run = await given(clock, { mode });
    await run.deliver({ v: 1, id: 'early', to: run.address, kind: 'wake', dueAtMs: START_MS + 10_000 });

    expect(run.value()).toBe('late');
    expect(run.record().updatedAtMs).toBe(START_MS + 10_000);
    // and the actor's time does not go back
    await run.send({ type: 'tick' });
    expect(run.record().state.context['at']).toEqual([START_MS + 10_000]);
  });

  bothModes('fires nothing of an earlier visit', async (mode) => {
    const run = await given(clock, { mode });
    await run.advance(10_000);
    await run.send({ type: 'go' });
    await run.deliver({ v: 1, id: 'old', to: run.address, kind: 'wake', dueAtMs: START_MS + 10_000 });
    expect(run.value()).toBe('waiting');
    await run.advance(9_999);
    expect(run.value()).toBe('waiting');
    await run.advance(1);
    expect(run.value()).toBe('late');
  });

  bothModes('delivers a delayed event to another actor when it is due', async (mode) => {
    const run = await given(clock, { mode });
    await run.send({ type: 'reach' });
    expect(run.sent()).toEqual([]);
    await run.advance(4_000);
    expect(run.sent()).toEqual([{ from: run.address, to: elsewhere, event: { type: 'hello' } }]);
  });

  bothModes('drops timers and the alarm when the actor ends', async (mode) => {
    const run = await given(clock, { mode });
    await run.send({ type: 'ring' });
    await run.send({ type: 'end' });

    expect(run.status()).toBe('done');
    expect(run.record().timers).toEqual({});
    expect(alarms(run).at(-1)).toEqual({ kind: 'clear-wake' });
    const wake = { v: 1, id: 'w', to: run.address, kind: 'wake', dueAtMs: START_MS + 5_000 } as const;
    expect(await run.deliver(wake)).toBe('not-active');
  });

  bothModes('ends the actor when a delay is not a number', async (mode) => {
    const faulty = setup({ delays: { odd: () => '1000' as unknown as number } }).createMachine({
      id: 'faulty',
      initial: 'a',
      states: { a: { after: { odd: 'b' } }, b: {} },
    });
    const run = await given({ type: 'faulty', version: 1, machine: faulty }, { mode });

    expect(run.status()).toBe('error');
    expect(run.error()?.message).toContain('is 1000. A delay must be a finite number of milliseconds');
  });
});
