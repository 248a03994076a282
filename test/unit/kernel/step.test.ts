/** The step itself: watermarks, refusals, time, limits, and what a throw leaves behind. */
import { describe, expect, it } from 'vitest';
import { assign, createMachine, emit } from 'xstate';
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import type { Delivery } from '#runtime/kernel/kernel.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { counter } from './machines/counter.machine.ts';

const address = addressOf({ service: 'test', type: 'counter', root: 'r', id: 'r' });
const kernel = createKernel();
const registered = kernel.register(counter);

function event(sequence: number, type: string, log: Delivery['log'] = 'mailbox'): Delivery {
  return {
    log,
    sequence,
    envelope: { v: 1, id: `${log}-${sequence}`, to: address, kind: 'event', event: { type } },
  };
}

const countOf = (record: ActorRecord) => record.state.context['count'];

describe('create', () => {
  it('makes a record that its schema accepts, with step 1', () => {
    const { record, effects } = kernel.create(registered, { address, input: { from: 3 } }, 50);
    expect(ActorRecord.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
    expect(record).toMatchObject({
      step: 1,
      sequence: 0,
      startedAtMs: 50,
      updatedAtMs: 50,
      status: 'active',
    });
    expect(countOf(record)).toBe(3);
    expect(effects).toEqual([]);
  });

  it('counts the envelope that started it as applied', () => {
    const delivery: Delivery = {
      log: 'ingress',
      sequence: 9,
      envelope: { v: 1, id: 'begin', to: address, kind: 'start' },
    };
    const { record, note } = kernel.create(registered, { address, delivery }, 70);
    expect(record.applied).toEqual({ mailbox: 0, ingress: 9 });
    expect(note).toEqual({
      v: 1,
      step: 1,
      atMs: 70,
      applied: [{ id: 'begin', kind: 'start' }],
      refused: [],
      emitted: [],
    });
  });

  it('ends at once with an error when the context throws, and tells the parent', () => {
    const broken = kernel.register({
      type: 'broken',
      version: 1,
      machine: createMachine({
        id: 'broken',
        context: () => {
          throw new Error('no input');
        },
      }),
    });
    const parent = { address: addressOf({ service: 'x', type: 'x', root: 'x', id: 'x' }), childId: 'kid' };
    const { record, effects } = kernel.create(broken, { address, parent }, 0);
    const error = { code: 'ACTOR_FAILED', message: 'no input', kind: 'terminal' };
    expect(ActorRecord.parse(record)).toMatchObject({ status: 'error', state: { error } });
    expect(effects).toEqual([
      { kind: 'send', to: parent.address, event: { type: 'xstate.error.actor.kid', actorId: 'kid', error } },
    ]);
  });

  it('ends at once with an error when the first context cannot be stored', () => {
    const odd = createMachine({
      id: 'odd',
      context: () => ({ deep: { when: new Map() } }),
      entry: emit({ type: 'never' }),
    });
    const { record, effects } = kernel.create(
      kernel.register({ type: 'odd', version: 1, machine: odd }),
      { address },
      0,
    );
    expect(record.state.error?.message).toContain('context.deep.when is an instance of Map');
    expect(effects).toEqual([]);
  });
});

describe('step', () => {
  const born = kernel.create(registered, { address }, 100).record;

  it('applies all deliveries in order and moves each watermark to the highest sequence', () => {
    const deliveries = [event(5, 'inc'), event(6, 'inc'), event(2, 'inc', 'ingress')];
    const { record } = kernel.step(registered, born, { deliveries, nowMs: 200 });
    expect(record).toMatchObject({ step: 2, applied: { mailbox: 6, ingress: 2 }, updatedAtMs: 200 });
    expect(countOf(record)).toBe(3);
  });

  it('skips what is at or below the watermark, twice within one step too', () => {
    const first = kernel.step(registered, born, { deliveries: [event(5, 'inc')], nowMs: 0 }).record;
    const deliveries = [event(4, 'inc'), event(5, 'inc'), event(6, 'inc'), event(6, 'inc')];
    const { record, refusals } = kernel.step(registered, first, { deliveries, nowMs: 0 });
    expect(countOf(record)).toBe(2);
    expect(refusals).toEqual([]);
  });

  it('leaves the record it was given as it was', () => {
    const before = JSON.stringify(born);
    kernel.step(registered, born, { deliveries: [event(1, 'inc'), event(2, 'throwing')], nowMs: 0 });
    expect(JSON.stringify(born)).toBe(before);
  });

  it('refuses what the machine does not know, or does not take now, and moves on', () => {
    const deliveries = [
      event(1, 'nope'),
      event(2, 'blocked'),
      event(3, '*'),
      event(4, 'forbidden'),
      event(5, 'inc'),
    ];
    const { record, refusals } = kernel.step(registered, born, { deliveries, nowMs: 0 });
    expect(refusals).toEqual([
      { envelopeId: 'mailbox-1', reason: 'unhandled' },
      { envelopeId: 'mailbox-2', reason: 'unhandled' },
      { envelopeId: 'mailbox-3', reason: 'unhandled' },
    ]);
    expect(record.applied.mailbox).toBe(5);
    expect(countOf(record)).toBe(1);
  });

  it('refuses a second start, and everything once it has ended', () => {
    const start = { v: 1, id: 's', to: address, kind: 'start' } as const;
    const stop = { v: 1, id: 'x', to: address, kind: 'stop' } as const;
    const deliveries: Delivery[] = [
      { envelope: start, log: 'mailbox', sequence: 1 },
      { envelope: stop, log: 'mailbox', sequence: 2 },
      event(3, 'inc'),
    ];
    const { record, refusals } = kernel.step(registered, born, { deliveries, nowMs: 0 });
    expect(refusals).toEqual([
      { envelopeId: 's', reason: 'stale' },
      { envelopeId: 'mailbox-3', reason: 'not-active' },
    ]);
    const again = kernel.step(registered, record, { deliveries: [event(4, 'inc')], nowMs: 0 });
    expect(again.record).toMatchObject({
      status: 'stopped',
      step: 3,
      applied: { mailbox: 4 },
      state: { context: { count: 0 } },
    });
  });

  it('undoes the event that throws, and only that', () => {
    const deliveries = [event(1, 'inc'), event(2, 'throwing'), event(3, 'inc')];
    const { record, effects, refusals } = kernel.step(registered, born, { deliveries, nowMs: 0 });
    expect(record).toMatchObject({
      status: 'error',
      state: { context: { count: 1 }, error: { code: 'ACTOR_FAILED', message: 'boom', kind: 'terminal' } },
      children: {},
      applied: { mailbox: 3 },
    });
    expect(effects).toEqual([]);
    expect(refusals).toEqual([{ envelopeId: 'mailbox-3', reason: 'not-active' }]);
  });

  it('ends with an error when the output is not JSON', () => {
    const { record } = kernel.step(registered, born, { deliveries: [event(1, 'badOutput')], nowMs: 0 });
    expect(record.status).toBe('error');
    expect(record.state.value).toBe('counting');
    expect(record.state.error?.message).toContain('output is an instance of Map');
  });

  it('ends with an error when the record grows over its limit, and stores nothing of the step', () => {
    const fill: Delivery = event(2, 'fill');
    (fill.envelope as { event: ActorEvent }).event = { type: 'fill', size: 600_000 };
    const { record } = kernel.step(registered, born, { deliveries: [event(1, 'inc'), fill], nowMs: 0 });
    expect(record).toMatchObject({
      status: 'error',
      state: { context: { text: '' }, error: { code: 'RECORD_TOO_LARGE' } },
    });
    (fill.envelope as { event: ActorEvent }).event = { type: 'fill', size: 500_000 };
    expect(kernel.step(registered, born, { deliveries: [fill], nowMs: 0 }).record.status).toBe('active');
  });

  it('throws, and commits nothing, for another version or a state that is gone', () => {
    const second = kernel.register({ ...counter, version: 2 });
    expect(() => kernel.step(second, born, { deliveries: [], nowMs: 0 })).toThrow(
      /runs version 1 of 'counter'/,
    );
    const gone = kernel.register({
      type: 'counter',
      version: 1,
      machine: createMachine({ id: 'counter', initial: 'b', states: { b: {} } }),
    });
    expect(() => kernel.step(gone, born, { deliveries: [], nowMs: 0 })).toThrow(/has no state "counting"/);
  });

  it('takes a new machine before XState remembers too many event types', () => {
    const open = kernel.register({
      type: 'open',
      version: 1,
      machine: createMachine({ id: 'open', on: { '*': { actions: assign({}) } } }),
    });
    const machineOf = (definition: object) => (definition as { machine: unknown }).machine;
    const before = machineOf(open);
    let { record } = kernel.create(open, { address: 'test:open:r:r' as Address }, 0);
    for (let sequence = 1; sequence <= 10_050; sequence += 1) {
      ({ record } = kernel.step(open, record, {
        deliveries: [event(sequence, `type-${sequence}`)],
        nowMs: 0,
      }));
    }
    expect(record).toMatchObject({ status: 'active', step: 10_051 });
    expect(machineOf(open)).not.toBe(before);
  });
});
