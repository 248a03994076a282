/** A machine as a graph: all that a viewer needs to draw it, and nothing that only code understands. */
import { describe, expect, it } from 'vitest';
import { and, assign, createMachine, setup, type AnyStateMachine } from 'xstate';
import type { StatechartDescription } from '#contracts/statechart-description.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { activity } from '#machines/support/activity.ts';
import { durableActor } from '#machines/support/durable-actor.ts';

function describeIt(machine: AnyStateMachine, version = 1): StatechartDescription {
  const kernel = createKernel();
  return kernel.describe(kernel.register({ type: 'subject', version, machine }));
}

const approval = setup({
  types: { context: {} as { receipt: string } },
  actors: { pay: activity<string, null>('pay'), audit: durableActor({ type: 'audit' }) },
  actions: { note: assign({ receipt: 'none' }) },
  guards: { isSmall: () => true, isFree: () => false },
  delays: { patience: 5_000 },
}).createMachine({
  id: 'approval',
  description: 'Asks a person, and pays.',
  context: { receipt: '' },
  initial: 'asking',
  on: { RESUME: { target: '.before', reenter: true, description: 'Goes on where it was.' } },
  states: {
    asking: {
      entry: 'note',
      tags: ['waiting'],
      meta: { owner: 'finance' },
      after: { 86_400_000: { target: 'paying', guard: 'isSmall' }, patience: 'paying' },
      always: { target: 'paid', guard: and(['isFree', 'isSmall']) },
    },
    paying: {
      invoke: [
        { id: 'pay', src: 'pay', input: null, onDone: 'paid', onError: 'asking' },
        { id: 'audit', src: 'audit', onError: {} },
      ],
    },
    before: { type: 'history', history: 'deep' },
    paid: { type: 'final' },
  },
});

describe('the description of a machine', () => {
  const description = describeIt(approval, 3);
  const node = (key: string) => description.nodes.find((one) => one.key === key);
  const edge = (event: string) => description.edges.find((one) => one.event === event);

  it('says what a node is and what it does', () => {
    expect(description).toMatchObject({ v: 1, type: 'subject', version: 3 });
    expect(node('approval')).toMatchObject({
      description: 'Asks a person, and pays.',
      initial: 'approval.asking',
    });
    expect(node('asking')).toMatchObject({
      entry: ['note'],
      tags: ['waiting'],
      meta: { owner: 'finance' },
    });
    expect(node('before')).toMatchObject({ type: 'history', history: 'deep', parent: 'approval' });
    expect(node('paid')).toMatchObject({ type: 'final' });
    expect(node('asking')).not.toHaveProperty('exit');
  });

  it('says what an invoke becomes', () => {
    expect(node('paying')?.invokes).toEqual([
      { id: 'pay', src: 'pay', kind: 'activity' },
      { id: 'audit', src: 'audit', kind: 'actor' },
    ]);
  });

  it('gives a delay as a field of its own, in milliseconds or by name', () => {
    expect(edge('after 86400000')).toMatchObject({ trigger: 'after', delay: 86_400_000, guard: 'isSmall' });
    expect(edge('after patience')).toMatchObject({ trigger: 'after', delay: 'patience' });
  });

  it('tells the ends of an invoke from events that someone sends', () => {
    expect(edge('xstate.done.actor.pay')).toMatchObject({ trigger: 'invoke-done', invoke: 'pay' });
    expect(edge('xstate.error.actor.pay')).toMatchObject({ trigger: 'invoke-error', invoke: 'pay' });
    expect(edge('RESUME')).toMatchObject({
      trigger: 'event',
      targets: ['approval.before'],
      reenter: true,
      description: 'Goes on where it was.',
    });
    expect(edge('always')).toMatchObject({ trigger: 'always', guard: 'and(isFree, isSmall)' });
  });

  it('leaves out a meta that is not JSON', () => {
    const machine = createMachine({ id: 'm', meta: { check: () => true } });
    expect(describeIt(machine).nodes[0]).not.toHaveProperty('meta');
  });
});
