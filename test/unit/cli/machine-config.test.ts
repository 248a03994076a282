/** A stored statechart is a machine's configuration again: what is made of it has the same graph. */
import { describe, expect, it } from 'vitest';
import { createMachine, setup, type AnyStateMachine } from 'xstate';
import { describeMachine } from '#runtime/kernel/describe-machine.ts';
import { internalsOf } from '#runtime/kernel/xstate-internals.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { machineConfigOf } from '#services/cli/inspect/machine-config.ts';
import { clouddriverDefinitions } from '#services/clouddriver/definitions.ts';
import { busy } from '#test/unit/kernel/machines/busy.machine.ts';
import { orderDefinitions } from '#test/support/order.machine.ts';

function graphOf(machine: object) {
  const { root } = internalsOf(machine as AnyStateMachine);
  const { nodes, edges } = describeMachine(
    { type: 'subject', version: 1, machine: machine as AnyStateMachine },
    { root, hash: '', logicBySrc: new Map() },
  );
  return { nodes, edges };
}

const deep = setup({}).createMachine({
  id: 'deep',
  description: 'All that a configuration may say.',
  initial: 'a',
  meta: { owner: 'us' },
  states: {
    a: {
      tags: ['x'],
      initial: 'inner',
      states: { inner: { always: { target: '#deep.b', guard: 'isReady' } }, other: { type: 'final' } },
      onDone: { target: 'b', description: 'Goes on.' },
    },
    b: {
      type: 'parallel',
      entry: 'begin',
      exit: ['end', 'clean'],
      on: {
        BACK: [{ target: 'a', guard: 'may', reenter: true }, { target: 'before' }],
        NOTE: { actions: 'note' },
      },
      after: { 1_000: 'a', patience: { target: 'a', guard: 'may' } },
      states: {
        left: {
          invoke: [
            { id: 'w', src: 'work', onDone: '#deep.a', onError: { target: '#deep.before', actions: 'note' } },
            { id: 'watch', src: 'watch', onSnapshot: { actions: 'note' } },
          ],
        },
        right: { on: { 'xstate.done.actor.*': { actions: 'note' } } },
      },
    },
    before: { type: 'history', history: 'deep' },
  },
} as never) as object as AnyStateMachine;

describe('the configuration of a stored statechart', () => {
  it.each<[string, AnyStateMachine]>([
    ['everything', deep],
    ['parallel regions', busy.machine],
    ...[...orderDefinitions, ...clouddriverDefinitions([])].map(
      ({ type, machine }): [string, AnyStateMachine] => [type, machine],
    ),
  ])('makes a machine with the same graph: %s', (_name, machine) => {
    const described = graphOf(machine);
    const config = machineConfigOf({ v: 1, type: 'subject', version: 1, hash: '', ...described });
    // It travels as text.
    const again = createMachine(JSON.parse(JSON.stringify(config)) as never);
    expect(graphOf(again)).toEqual(described);
  });

  it('keeps what the kernel described', () => {
    const kernel = createKernel();
    const description = kernel.describe(kernel.register(busy));
    const config = machineConfigOf(description) as { id?: string; states?: object };
    expect(config.id).toBe('busy');
    expect(Object.keys(config.states ?? {})).toEqual(['left', 'right']);
  });
});
