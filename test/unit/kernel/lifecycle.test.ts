/** Cancel, terminate, pause and resume, and what is kept meanwhile. */
import { describe, expect, it } from 'vitest';
import { assign, createMachine, sendTo, setup } from 'xstate';
import { addressOf } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { activity } from '#machines/support/activity.ts';
import { HELD_ENVELOPES_MAX } from '#runtime/kernel/actor-control.ts';
import type { Delivery } from '#runtime/kernel/kernel.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { bothModes, given, hangs, returns, START_MS } from '#test/support/machine-harness.ts';

/** Counts `add`, calls out, undoes what it did when it is cancelled. */
const booking = setup({
  types: { context: {} as { seen: string[]; reason: string } },
  actors: { call: activity('call'), undo: activity('undo') },
  actions: {
    see: assign({ seen: ({ context, event }) => [...context.seen, event.type] }),
    why: assign({ reason: ({ event }) => String((event as { reason?: string }).reason) }),
  },
}).createMachine({
  id: 'booking',
  context: { seen: [], reason: '' },
  initial: 'open',
  on: { add: { actions: 'see' } },
  states: {
    open: {
      tags: 'live',
      invoke: { id: 'call', src: 'call', onDone: { target: 'booked', actions: 'see' } },
      after: { 60_000: { target: 'late', actions: 'see' }, 90_000: { actions: 'see' } },
      on: { 'windlass.cancel': { target: 'undoing', actions: 'why' } },
    },
    booked: {},
    late: { after: { 10_000: { target: 'over', actions: 'see' } } },
    over: {},
    undoing: { invoke: { id: 'undo', src: 'undo', onDone: 'undone' } },
    undone: { type: 'final' },
  },
});
const calls = { call: hangs(), undo: hangs() };

const parent = { address: addressOf({ service: 'x', type: 'x', root: 'x', id: 'x' }), childId: 'kid' };

describe('cancel', () => {
  bothModes('lets the machine compensate, once', async (mode) => {
    const run = await given(booking, { mode, activities: calls });
    expect(await run.control('cancel', { reason: 'enough' })).toBeUndefined();
    expect(run.value()).toBe('undoing');
    expect(run.cancelled()).toEqual(['call']);
    expect(run.record().state.context['reason']).toBe('enough');
    expect(run.view().cancelRequested).toEqual({ atMs: START_MS, reason: 'enough' });

    await run.control('cancel', { reason: 'again' });
    expect(run.value()).toBe('undoing');
    await run.finishActivity('undo', returns());
    expect(run.status()).toBe('done');
  });

  bothModes('ends the actor when no transition takes it, and tells the parent', async (mode) => {
    const run = await given(booking, { mode, activities: { call: returns() }, parent });
    expect(run.value()).toBe('booked');
    await run.control('cancel', { reason: 'enough' });
    const error = { code: 'ACTOR_CANCELED', kind: 'terminal', message: 'The actor was canceled: enough' };
    expect(run.status()).toBe('stopped');
    expect(run.error()).toEqual(error);
    expect(run.sent().at(-1)).toMatchObject({
      to: parent.address,
      event: { type: 'xstate.error.actor.kid', error },
    });
    expect(await run.control('cancel')).toBe('not-active');
  });

  bothModes('is not swallowed by a catch-all', async (mode) => {
    const machine = createMachine({ id: 'catchAll', on: { '*': { actions: assign({}) } } });
    const run = await given(machine, { mode });
    await run.control('cancel');
    expect(run.error()).toMatchObject({ code: 'ACTOR_CANCELED' });
  });

  bothModes('cannot be sent as a plain event', async (mode) => {
    const run = await given(booking, { mode, activities: calls });
    expect(await run.send({ type: 'windlass.cancel' })).toBe('reserved');
    expect(run.value()).toBe('open');
  });

  bothModes('cannot be sent by a machine either', async (mode) => {
    const machine = createMachine({
      id: 'sender',
      on: { go: { actions: sendTo(({ self }) => self, { type: 'windlass.cancel' }) } },
    });
    const run = await given(machine, { mode });
    await run.send({ type: 'go' });
    expect(run.error()?.message).toMatch(/the runtime's own/);
  });

  it('is the one event of the runtime that a machine may name', () => {
    const machine = (type: string) => ({
      type: 'named',
      version: 1,
      machine: createMachine({ id: 'named', on: { [type]: { actions: assign({}) } } }),
    });
    const kernel = createKernel();
    expect(() => kernel.register(machine('windlass.cancel'))).not.toThrow();
    expect(() => kernel.register(machine('windlass.*'))).not.toThrow();
    expect(() => kernel.register(machine('windlass.pause'))).toThrow(/the runtime's own/);
  });
});

describe('terminate', () => {
  bothModes('ends the actor without asking it, with its timers and activities', async (mode) => {
    const run = await given(booking, { mode, activities: calls, parent });
    await run.control('terminate', { reason: 'now' });
    expect(run.status()).toBe('stopped');
    expect(run.error()).toEqual({
      code: 'ACTOR_TERMINATED',
      kind: 'terminal',
      message: 'The actor was terminated: now',
    });
    expect(run.record()).toMatchObject({ timers: {}, activities: {} });
    expect(run.cancelled()).toEqual(['call']);
    expect(run.sent().at(-1)?.event).toMatchObject({ type: 'xstate.error.actor.kid' });
    await run.advance(200_000);
    expect(run.record().state.context['seen']).toEqual([]);
  });

  bothModes('tells nobody when the parent itself stopped it', async (mode) => {
    const run = await given(booking, { mode, activities: calls, parent });
    await run.stop();
    expect(run.status()).toBe('stopped');
    expect(run.error()).toBeUndefined();
    expect(run.sent()).toEqual([]);
  });
});

describe('pause', () => {
  bothModes('keeps what arrives, in order, and applies it on resume before timers', async (mode) => {
    const run = await given(booking, { mode, activities: calls });
    await run.control('pause', { reason: 'look' });
    await run.send({ type: 'add' });
    await run.advance(100_000);
    await run.finishActivity('call', returns());
    await run.send({ type: 'add' });
    expect(run.value()).toBe('open');
    expect(run.record().state.context['seen']).toEqual([]);
    expect(run.view()).toMatchObject({ paused: { sinceMs: START_MS, reason: 'look' }, held: 3 });

    await run.control('resume');
    expect(run.value()).toBe('booked');
    expect(run.record().state.context['seen']).toEqual(['add', 'xstate.done.actor.call', 'add']);
    expect(run.view()).not.toHaveProperty('held');
    expect(run.view()).not.toHaveProperty('paused');
  });

  bothModes('fires timers that were due meanwhile on resume, in order of time', async (mode) => {
    const run = await given(booking, { mode, activities: calls });
    await run.control('pause');
    await run.advance(100_000);
    expect(run.value()).toBe('open');
    await run.control('resume');
    await run.advance(0);
    expect(run.value()).toBe('late');
    await run.advance(10_000);
    expect(run.value()).toBe('over');
    const seen = run.record().state.context['seen'] as string[];
    expect(seen).toEqual(['xstate.after.60000.booking.open', 'xstate.after.10000.booking.late']);
  });

  bothModes('leaves the deadlines of activities running', async (mode) => {
    const run = await given(booking, { mode, activities: calls });
    await run.control('pause');
    await run.advance(3 * 3_600_000);
    await run.control('resume');
    await run.advance(0);
    // the activity was to close within two hours, and the timers of its state were due before that
    expect(run.value()).toBe('late');
    expect(run.cancelled()).toEqual(['call']);
  });

  bothModes('is ended by a cancel, which goes first', async (mode) => {
    const run = await given(booking, { mode, activities: calls });
    await run.control('pause');
    await run.send({ type: 'add' });
    await run.control('cancel');
    expect(run.value()).toBe('undoing');
    expect(run.record().state.context['seen']).toEqual(['add']);
  });

  bothModes('refuses what was kept when the actor is terminated', async (mode) => {
    const run = await given(booking, { mode, activities: calls });
    await run.control('pause');
    await run.send({ type: 'add' });
    await run.control('terminate');
    expect(run.record()).not.toHaveProperty('held');
    expect(run.record()).not.toHaveProperty('paused');
    expect(run.world.notes.at(-1)?.refused).toMatchObject([{ type: 'add', reason: 'not-active' }]);
  });
});

describe('the mail of an actor on hold', () => {
  const address = addressOf({ service: 'test', type: 'booking', root: 'r', id: 'r' });
  const kernel = createKernel();
  const registered = kernel.register({ type: 'booking', version: 1, machine: booking });
  const paused = kernel.step(registered, kernel.create(registered, { address }, 0).record, {
    deliveries: [deliveryOf(1, { kind: 'pause' })],
    nowMs: 1,
  }).record;

  function deliveryOf(sequence: number, content: object): Delivery {
    const envelope = { v: 1, id: `e${sequence}`, to: address, ...content } as Envelope;
    return { log: 'mailbox', sequence, envelope };
  }
  const adds = (count: number, fields: object = {}): Delivery[] =>
    Array.from({ length: count }, (_, index) =>
      deliveryOf(index + 2, { kind: 'event', event: { type: 'add', ...fields } }),
    );

  it('is bounded by number: what does not fit is handed back', () => {
    const outcome = kernel.step(registered, paused, { deliveries: adds(HELD_ENVELOPES_MAX + 3), nowMs: 2 });
    expect(outcome.record.held).toHaveLength(HELD_ENVELOPES_MAX);
    expect(outcome.held).toHaveLength(HELD_ENVELOPES_MAX);
    expect(outcome.overflow?.map(({ sequence }) => sequence)).toEqual([1_002, 1_003, 1_004]);
    expect(outcome.record.applied.mailbox).toBe(1_004);
  });

  it('is bounded by size', () => {
    const outcome = kernel.step(registered, paused, {
      deliveries: adds(5, { text: 'x'.repeat(100_000) }),
      nowMs: 2,
    });
    expect(outcome.held).toHaveLength(2);
    expect(outcome.overflow).toHaveLength(3);
  });

  it('keeps only the newest sign of life of an attempt', () => {
    const beat = { kind: 'activity-progress', childId: 'call', birth: 1, attempt: 1 };
    const deliveries = [1, 2, 3].map((n) => deliveryOf(n + 1, { ...beat, details: n }));
    const { record } = kernel.step(registered, paused, { deliveries, nowMs: 2 });
    expect(record.held?.map(({ envelope }) => envelope)).toMatchObject([{ details: 3 }]);
  });

  it('is applied in bounded steps, before what arrives later', () => {
    const full = kernel.step(registered, paused, { deliveries: adds(600), nowMs: 2 }).record;
    const step = (record: typeof full, deliveries: Delivery[] = []) =>
      kernel.step(registered, record, { deliveries, nowMs: 3 });
    const resumed = step(full, [
      deliveryOf(700, { kind: 'resume' }),
      deliveryOf(701, { kind: 'event', event: { type: 'add' } }),
    ]);
    expect(resumed.record.held).toHaveLength(601);
    // should its owner die, the alarm tells the next one
    expect(resumed.effects).toContainEqual({ kind: 'set-wake', dueAtMs: 3 });
    const first = step(resumed.record);
    expect(first.settled).toHaveLength(256);
    const last = step(step(first.record).record);
    expect(last.record).not.toHaveProperty('held');
    expect((last.record.state.context['seen'] as string[]).length).toBe(601);
  });
});
