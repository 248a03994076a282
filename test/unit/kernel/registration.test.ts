/** The registration lint: what cannot be durable is refused, and the message says what to write instead. */
import { describe, expect, it, vi } from 'vitest';
import {
  and,
  assign,
  createMachine,
  emit,
  enqueueActions,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  log,
  raise,
  sendTo,
  setup,
  spawnChild,
  stateIn,
  type AnyStateMachine,
} from 'xstate';
import { RegistrationError } from '#runtime/runtime-error.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { activity } from '#machines/support/activity.ts';
import { durableActor } from '#machines/support/durable-actor.ts';
import { busy } from './machines/busy.machine.ts';
import { parent } from './machines/family.machine.ts';

function problemsOf(machine: AnyStateMachine, type = 'subject', version = 1): readonly string[] {
  try {
    createKernel().register({ type, version, machine });
  } catch (error) {
    if (error instanceof RegistrationError) return error.problems;
    throw error;
  }
  return [];
}

const invoking = (logic: unknown) =>
  createMachine({ id: 'm', invoke: { id: 'kid', src: logic as never, onError: {} } } as never);
const acting = (action: unknown) => createMachine({ id: 'm', entry: action as never });
const subscribable = () => ({ subscribe: () => ({ unsubscribe: () => {} }) });

describe('registration', () => {
  it('accepts everything that is durable', () => {
    const machine = setup({
      actors: {
        work: activity('work'),
        child: durableActor({ type: 'child' }),
        plain: fromPromise(() => Promise.resolve(1)),
      },
      actions: {
        keep: assign({}),
        shout: emit({ type: 'shout' }),
        say: log('x'),
        later: raise({ type: 'x' }, { delay: 'long' }),
      },
      guards: { yes: () => true, both: and(['yes', stateIn('a')]) },
      delays: { long: 5, dynamic: () => 7 },
    }).createMachine({
      id: 'fine',
      initial: 'a',
      entry: ['keep', 'shout', 'say', 'later', enqueueActions(({ enqueue }) => enqueue('keep'))],
      states: {
        a: {
          after: { 10: 'b', long: 'b', dynamic: 'b' },
          invoke: [
            { id: 'w', src: 'work', onError: 'b' },
            { id: 'c', src: 'child', onError: 'b' },
            { id: 'p', src: 'plain', onError: 'b' },
          ],
          on: { X: { guard: and(['yes', 'both']), actions: spawnChild('work', { id: 'again' }) } },
        },
        b: {},
      },
    });
    expect(problemsOf(machine)).toEqual([]);
    expect(problemsOf(busy.machine)).toEqual([]);
    expect(problemsOf(parent.machine)).toEqual([]);
  });

  it.each<[string, AnyStateMachine, string]>([
    ['an inline action', acting(() => {}), 'Name it in setup({ actions })'],
    ['an unimplemented action', acting('nope'), `action 'nope' is not implemented`],
    [
      'an action that is no function',
      createMachine({ id: 'm' }, { actions: { page: 'now' as never } }),
      `action 'page' is neither a function nor a built-in action`,
    ],
    [
      'an unimplemented guard',
      createMachine({ id: 'm', on: { X: { guard: 'nope' } } }),
      `guard 'nope' is not implemented`,
    ],
    [
      'an unimplemented part of a guard',
      createMachine({ id: 'm', on: { X: { guard: and(['nope', stateIn('a')]) } } }),
      `guard 'nope' is not implemented`,
    ],
    [
      'an unimplemented part of a declared guard',
      createMachine({ id: 'm' }, { guards: { both: and(['nope']) as never } }),
      `guard 'both': guard 'nope' is not implemented`,
    ],
    [
      'an unimplemented delay',
      createMachine({ id: 'm', after: { nope: {} } }),
      `delay 'nope' is not implemented`,
    ],
    [
      'a delay that is text',
      createMachine({ id: 'm', after: { soon: {} } }, { delays: { soon: '10' as never } }),
      `delay 'soon' is neither a number nor a function`,
    ],
    [
      'a delayed send with an unknown delay',
      acting(sendTo('x', { type: 'y' }, { delay: 'nope' as never })),
      `delay 'nope'`,
    ],
    ['an unimplemented actor', invoking('nope'), `invoke of 'nope', which is not implemented`],
    [
      'callback logic',
      invoking(fromCallback(() => {})),
      'fromCallback logic, which cannot survive a restart',
    ],
    ['observable logic', invoking(fromObservable(subscribable as never)), 'observable logic'],
    ['event observable logic', invoking(fromEventObservable(subscribable as never)), 'observable logic'],
    [
      'custom logic that is not of fromTransition',
      invoking({ transition: () => ({}), getInitialSnapshot: () => ({ status: 'active' }) }),
      'logic of an unknown kind',
    ],
    [
      'transition logic whose actor type would be too long',
      setup({ actors: { ['s'.repeat(64)]: fromTransition((state: object) => state, {}) } }).createMachine({
        id: 'm',
      }) as AnyStateMachine,
      'Give it a shorter src',
    ],
    ['unknown logic', invoking({ hello: 1 }), 'logic of an unknown kind'],
    ['a machine without a usable id', invoking(createMachine({ id: 'a.b@1' })), 'cannot be an actor type'],
    ['a child spawned without an id', acting(spawnChild('kid' as never)), 'spawnChild without an id'],
    [
      'a child spawned from inline logic',
      acting(
        spawnChild(
          fromPromise(() => Promise.resolve()),
          { id: 'a' },
        ),
      ),
      'spawnChild with inline logic',
    ],
    [
      'a child spawned from unknown logic',
      acting(spawnChild('nope' as never, { id: 'a' })),
      `spawnChild of 'nope'`,
    ],
    [
      'onSnapshot of an activity',
      createMachine({
        id: 'm',
        invoke: { id: 'k', src: fromPromise(() => Promise.resolve()), onSnapshot: {} },
      }),
      `onSnapshot of the activity 'k', which has no snapshots`,
    ],
    [
      'a context that is not JSON',
      createMachine({ id: 'm', context: { at: new Map() } }),
      'context.at is an instance of Map',
    ],
    ['a machine without an id', createMachine({}), 'the machine has no id'],
    [
      'history of a parallel state, entered from inside',
      createMachine({
        id: 'm',
        initial: 'p',
        states: {
          p: { type: 'parallel', states: { a: { on: { X: '#h' } }, b: {}, h: { id: 'h', type: 'history' } } },
        },
      }),
      'history of the parallel state #m.p, entered from inside it',
    ],
  ])('refuses %s', (_case, machine, message) => {
    expect(problemsOf(machine).join('\n')).toContain(message);
  });

  it('refuses a type that cannot be part of an address, and a version below 1', () => {
    expect(problemsOf(createMachine({ id: 'm' }), 'a.b', 0).join('\n')).toMatch(
      /type 'a\.b' cannot[^]*version 0 is not/,
    );
  });

  it('accepts history of a parallel state that is entered from outside, or has a default target', () => {
    const parallel = (history: object, inside: object) =>
      createMachine({
        id: 'm',
        initial: 'out',
        states: {
          out: { on: { BACK: '#h' } },
          p: {
            type: 'parallel',
            states: { a: inside, b: {}, h: { id: 'h', type: 'history', ...history } },
          },
        },
      } as never);
    expect(problemsOf(parallel({}, {}))).toEqual([]);
    expect(problemsOf(parallel({ target: ['#m.p.a', '#m.p.b'] }, { on: { X: '#h' } }))).toEqual([]);
  });

  it('names every problem at once', () => {
    const machine = createMachine({ id: 'm', entry: 'one', exit: 'two', on: { X: { guard: 'three' } } });
    expect(problemsOf(machine)).toHaveLength(3);
  });

  it('warns of what works but surprises', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const machine = createMachine({
      id: 'm',
      initial: 'a.b',
      states: { 'a.b': { on: { '*': {} }, invoke: { src: fromPromise(() => Promise.resolve()) } } },
    });
    const { warnings } = createKernel().register({ type: 'm', version: 1, machine });
    expect(warnings.join('\n')).toMatch(
      /'\*' also takes completions[^]*invoke without an id[^]*name with a dot/,
    );
    const careless = createMachine({
      id: 'm',
      invoke: { id: 'kid', src: fromPromise(() => Promise.resolve()) },
    });
    expect(createKernel().register({ type: 'm', version: 1, machine: careless }).warnings).toEqual([
      `#m: invoke 'kid' has no onError; its failure ends the actor with status error.`,
    ]);
    vi.restoreAllMocks();
  });
});

describe('the description of a machine', () => {
  const registered = createKernel().register(busy);
  const description = createKernel().describe(registered);

  it('lists the nodes with their parents, types and children', () => {
    expect(description.nodes.find(({ id }) => id === 'busy.right.working')).toEqual({
      id: 'busy.right.working',
      key: 'working',
      type: 'atomic',
      parent: 'busy.right',
      tags: [],
      invokes: [{ id: 'work', src: 'work', kind: 'activity' }],
    });
    expect(description.nodes[0]).toMatchObject({ id: 'busy', type: 'parallel' });
    expect(description.nodes.find(({ id }) => id === 'busy.left')).toMatchObject({ initial: 'busy.left.a' });
  });

  it('lists eventless and delayed edges too, with guards and actions by name', () => {
    const fromA = description.edges.filter(({ source }) => source === 'busy.left.a');
    expect(fromA).toEqual([
      {
        source: 'busy.left.a',
        targets: ['busy.left.b'],
        event: 'next',
        trigger: 'event',
        guard: 'odd',
        actions: [],
        reenter: false,
      },
      {
        source: 'busy.left.a',
        targets: ['busy.left.b'],
        event: 'always',
        trigger: 'always',
        guard: 'many',
        actions: ['note'],
        reenter: false,
      },
    ]);
    expect(description.edges.map(({ event }) => event)).toContain('after 2000');
    expect(description.edges.map(({ event }) => event)).toContain('after dynamic');
  });

  it('has a hash that changes with the structure and with nothing else', () => {
    const hashOf = (target: string, delay: number) =>
      createKernel().register({
        type: 'm',
        version: 1,
        machine: createMachine({
          id: 'm',
          initial: 'a',
          context: { delay },
          states: { a: { on: { X: target } }, b: {}, c: {} },
        }),
      }).hash;
    expect(hashOf('b', 1)).toBe(hashOf('b', 2));
    expect(hashOf('b', 1)).not.toBe(hashOf('c', 1));
  });
});
