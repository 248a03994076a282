/** What an actor on hold keeps, and what becomes of it: the same whether it is paused, stalled or without a definition. */
import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import type { Envelope } from '#contracts/envelope.ts';
import { StepAnswer, type StepRequest } from '#contracts/step-offer.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { Registry } from '#runtime/registry.ts';
import { answerStep } from '#runtime/step-answers.ts';
import { to, VersionsWorld } from '#test/support/versions-world.ts';

type Context = { sum: number; canceled: boolean };

const UNLUCKY = 13;

/** Adds numbers; its definition demands that they are some, and breaks down over one of them. */
const adder: ActorDefinition = {
  type: 'parcel',
  version: 1,
  machine: setup({ types: { context: {} as Context } }).createMachine({
    id: 'parcel',
    context: { sum: 0, canceled: false },
    initial: 'on',
    states: {
      on: {
        on: {
          add: { actions: assign({ sum: ({ context, event }) => context.sum + Number(event['by']) }) },
          'windlass.cancel': { actions: assign({ canceled: true }) },
        },
      },
    },
  }),
  checks: {
    event: (event) => {
      if (event['by'] === UNLUCKY) throw new Error('13 cannot be checked');
      return typeof event['by'] === 'number'
        ? { value: event }
        : { problem: `${event.type}: by is no number` };
    },
  },
};
const later: ActorDefinition = { ...adder, version: 2 };

let ids = 0;
function content(given: object): Envelope {
  ids += 1;
  return { v: 1, id: `e${ids}`, to, ...given } as Envelope;
}
const add = (by: unknown, more: object = {}) =>
  content({ kind: 'event', event: { type: 'add', by }, ...more });

async function world(definition = adder) {
  const versions = new VersionsWorld();
  const node = await versions.start([definition]);
  const answers: Record<string, unknown> = {};
  const deliver = (...envelopes: Envelope[]): void => {
    for (const envelope of envelopes) {
      if ('replyTo' in envelope && envelope.replyTo !== undefined) {
        const { replyTo } = envelope;
        versions.bus.inboxes.set(replyTo, (answer) => (answers[replyTo] = answer));
      }
      versions.bus.deliver(envelope);
    }
  };
  deliver(content({ kind: 'start' }));
  await versions.clock.advance(100);
  return { versions, node, deliver, answers };
}

/** Stands still because the one node has another version. */
async function stalledWorld() {
  const all = await world(later);
  await all.versions.stop(all.node);
  await all.versions.start([adder]);
  all.deliver(add(1));
  await all.versions.clock.advance(100);
  expect(all.versions.record()).toMatchObject({ stalled: { code: 'DEFINITION_MISSING' }, held: [{}] });
  return all;
}

describe('an envelope that was kept and that the definition refuses', () => {
  it('is parked with its reason when a paused actor goes on, and applied when it is sent again', async () => {
    const { versions, deliver, answers } = await world();
    deliver(content({ kind: 'pause' }), add(1), add('two', { replyTo: 'asker' }), add(3));
    await versions.clock.advance(100);
    expect(versions.record().held).toHaveLength(3);
    deliver(content({ kind: 'resume' }));
    await versions.clock.advance(1_000);
    const record = versions.record();
    expect(record.state.context).toMatchObject({ sum: 4 });
    expect(record.held).toBeUndefined();
    expect(versions.bus.dead).toMatchObject([{ reason: 'EVENT_INVALID: add: by is no number' }]);
    expect(answers['asker']).toMatchObject({
      outcome: 'refused',
      reason: 'EVENT_INVALID: add: by is no number',
    });

    const [letter] = versions.bus.dead;
    const again = JSON.parse(letter?.entry.raw ?? '{}') as Envelope & { event: object };
    deliver({ ...again, id: 'again', event: { type: 'add', by: 2 } } as Envelope);
    await versions.clock.advance(100);
    expect(versions.record().state.context).toMatchObject({ sum: 6 });
  });

  it('is not mistaken for one that no step can be made with', async () => {
    const { versions, deliver } = await world();
    deliver(content({ kind: 'pause' }), add(1), add('two'), add(UNLUCKY), add(4));
    await versions.clock.advance(100);
    deliver(content({ kind: 'resume' }));
    await versions.clock.advance(5_000);
    expect(versions.record()).toMatchObject({
      stalled: { code: 'STEP_FAILED' },
      state: { context: { sum: 1 } },
      held: [{ envelope: { event: { by: 4 } } }],
    });
    deliver(content({ kind: 'resume' }));
    await versions.clock.advance(1_000);
    expect(versions.record().state.context).toMatchObject({ sum: 5 });
    expect(versions.bus.dead.map(({ reason }) => reason)).toEqual([
      'EVENT_INVALID: add: by is no number',
      'STEP_FAILED: 13 cannot be checked',
    ]);
  });

  it('is parked when its definition is back', async () => {
    const { versions, deliver } = await stalledWorld();
    deliver(add('two'));
    await versions.clock.advance(100);
    await versions.start([later]);
    await versions.clock.advance(31_000);
    expect(versions.record().state.context).toMatchObject({ sum: 1 });
    expect(versions.bus.dead).toMatchObject([{ reason: 'EVENT_INVALID: add: by is no number' }]);
  });

  it('is named by a node that computes the step for the owner, with where it was read', async () => {
    const { versions, deliver } = await world();
    deliver(content({ kind: 'pause' }), add('two'));
    await versions.clock.advance(100);
    const kernel = createKernel();
    const registry = new Registry(kernel, [adder]);
    const registered = registry.newest('parcel');
    if (!registered) throw new Error('not registered');
    const { paused: _paused, ...record } = versions.record();
    const request: StepRequest = { v: 1, kind: 'step', record, deliveries: [], nowMs: 1 };
    const answer = StepAnswer.parse(answerStep({ kernel, registry, registered }, request));
    expect(answer).toMatchObject({
      kind: 'made',
      settled: [{ reason: 'EVENT_INVALID: add: by is no number', parkedFrom: { log: 'ingress' } }],
    });
  });
});

describe('an actor whose definition nobody has', () => {
  it('is terminated behind what it keeps', async () => {
    const { versions, deliver } = await stalledWorld();
    deliver(add(1), content({ kind: 'terminate' }), add(1));
    await versions.clock.advance(100);
    expect(versions.record()).toMatchObject({
      status: 'stopped',
      state: { error: { code: 'ACTOR_TERMINATED' } },
    });
    expect(versions.record().held).toBeUndefined();
  });

  it('is paused at once, and still is when its definition is back', async () => {
    const { versions, deliver, answers } = await stalledWorld();
    deliver(content({ kind: 'pause', replyTo: 'pauser' }));
    await versions.clock.advance(100);
    expect(answers['pauser']).toMatchObject({ outcome: 'applied' });
    await versions.start([later]);
    await versions.clock.advance(31_000);
    const record = versions.record();
    expect(record).toMatchObject({ paused: {}, held: [{}], state: { context: { sum: 0 } } });
    expect(record.stalled).toBeUndefined();
    deliver(content({ kind: 'resume' }));
    await versions.clock.advance(1_000);
    expect(versions.record().state.context).toMatchObject({ sum: 1 });
  });

  it('is canceled by its machine, paused or not, once its definition is back', async () => {
    const { versions, deliver } = await stalledWorld();
    deliver(content({ kind: 'pause' }), content({ kind: 'cancel' }), add(2));
    await versions.clock.advance(100);
    await versions.start([later]);
    await versions.clock.advance(31_000);
    expect(versions.record().state.context).toEqual({ sum: 3, canceled: true });
  });

  it('says why to whoever resumes it in vain', async () => {
    const { versions, deliver, answers } = await stalledWorld();
    deliver(content({ kind: 'resume', replyTo: 'resumer' }));
    await versions.clock.advance(100);
    expect(answers['resumer']).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/^DEFINITION_MISSING: /),
    });
  });
});
