import { describe, expect, it } from 'vitest';
import type { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf } from '#contracts/address.ts';
import type { StepAnswer, StepRequest } from '#contracts/step-offer.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import type { Delivery } from '#runtime/kernel/kernel.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { Registry } from '#runtime/registry.ts';
import { StepUnanswered } from '#runtime/runtime-error.ts';
import { answerStep } from '#runtime/step-answers.ts';
import { StepMaker } from '#runtime/step-maker.ts';
import { parcelFirst, parcelSecond } from '#test/support/parcel.machine.ts';

const kernel = createKernel();
const NOW_MS = 1_000_000;
const address = addressOf({ service: 'shop', type: 'parcel', root: 'p1', id: 'p1' });
const TOO_LARGE: StepAnswer = { v: 1, kind: 'too-large', sizeBytes: 2_000_000, limitBytes: 1_000_000 };

const stored = (definition: ActorDefinition): ActorRecord =>
  kernel.create(kernel.register(definition), { address, input: { id: 'p1' } }, NOW_MS).record;

const note = (n: number): Delivery => ({
  envelope: { v: 1, kind: 'event', id: `n${n}`, to: address, event: { type: 'NOTE', n } },
  log: 'ingress',
  sequence: n,
});

/** The owner has version 1; whoever is asked answers as `answer` says. */
function ownerOf(answer: (request: StepRequest) => StepAnswer | null) {
  const asked: StepRequest[] = [];
  const maker = new StepMaker({
    kernel,
    registry: new Registry(kernel, [parcelFirst]),
    clock: { nowMs: () => NOW_MS, sleep: () => Promise.resolve() },
    stepOffers: {
      offer: () => Promise.reject(new Error('it only asks')),
      ask: async (_key, request) => {
        asked.push(request);
        return answer(request);
      },
    },
  });
  return { maker, asked };
}

const second = new Registry(kernel, [parcelSecond]);
const answered = (definition: ActorDefinition, request: StepRequest): StepAnswer =>
  answerStep({ kernel, registry: second, registered: kernel.register(definition) }, request);

describe('a step that another node computes', () => {
  it('is what that node says, to be committed by the owner', async () => {
    const { maker } = ownerOf((request) => answered(parcelSecond, request));
    const made = await maker.step(stored(parcelSecond), [note(1), note(2)]);
    expect(made).toMatchObject({
      taken: 2,
      outcome: { record: { step: 2, state: { context: { heard: 2, faults: 0 } } }, refusals: [] },
      view: { version: 2, detail: { last: 2 } },
    });
  });

  it('is asked for again when no answer comes, and given up after a few times', async () => {
    let silent = 2;
    const { maker, asked } = ownerOf((request) => {
      if ((silent -= 1) >= 0) throw new StepUnanswered('parcel');
      return answered(parcelSecond, request);
    });
    expect(await maker.step(stored(parcelSecond), [note(1)])).toMatchObject({ taken: 1 });
    expect(asked).toHaveLength(3);
    const never = ownerOf(() => {
      throw new StepUnanswered('parcel');
    });
    expect(await never.maker.step(stored(parcelSecond), [note(1)])).toMatchObject({
      outcome: { record: { stalled: { code: 'DEFINITION_MISSING' } } },
    });
    expect(never.asked).toHaveLength(5);
  });

  it('takes one envelope when all of them do not fit on the bus, and stalls when that does not', async () => {
    const { maker } = ownerOf((request) =>
      request.kind === 'step' && request.deliveries.length > 1 ? TOO_LARGE : answered(parcelSecond, request),
    );
    expect(await maker.step(stored(parcelSecond), [note(1), note(2)])).toMatchObject({
      taken: 1,
      outcome: { record: { state: { context: { heard: 1 } } } },
    });
    const { maker: none } = ownerOf(() => TOO_LARGE);
    expect(await none.step(stored(parcelSecond), [note(1), note(2)])).toMatchObject({
      taken: 2,
      outcome: {
        record: {
          state: { context: { heard: 0 } },
          stalled: { code: 'STEP_TOO_LARGE', reason: expect.stringContaining('2000000 bytes') },
          held: [{ sequence: 1 }, { sequence: 2 }],
        },
      },
    });
  });

  it('is not made when that node could not make it, with its words', async () => {
    const failed: StepAnswer = {
      v: 1,
      kind: 'failed',
      code: 'STATE_NOT_RESTORABLE',
      message: 'no such state',
    };
    const { maker } = ownerOf(() => failed);
    await expect(maker.step(stored(parcelSecond), [note(1)])).rejects.toMatchObject({
      code: 'STATE_NOT_RESTORABLE',
      message: 'no such state',
    });
  });

  it('waits until what the checks refuse is parked, and refuses it when it was held', async () => {
    const strict: ActorDefinition = {
      ...parcelSecond,
      checks: { event: (event) => (event['n'] === 2 ? { problem: 'two is not allowed' } : { value: event }) },
    };
    const { maker } = ownerOf((request) => answered(strict, request));
    expect(await maker.step(stored(parcelSecond), [note(1), note(2)])).toEqual({
      parked: new Map([['n2', 'EVENT_INVALID: two is not allowed']]),
    });
    const { maker: alone } = ownerOf(() => null);
    const stall = await alone.step(stored(parcelSecond), [note(1), note(2)]);
    if (!('outcome' in stall)) throw new Error('it did not stall');
    expect(await maker.step(stall.outcome.record, [note(3)])).toMatchObject({
      taken: 1,
      outcome: {
        settled: [
          { envelope: { id: 'n2' }, reason: 'EVENT_INVALID: two is not allowed' },
          { envelope: { id: 'n1' } },
        ],
        record: { applied: { ingress: 3 }, state: { context: { heard: 3, faults: 1 } } },
      },
    });
  });
});
