/** Ways in which XState by itself is not durable, each held off by the kernel. */
import { describe, expect, it } from 'vitest';
import {
  assign,
  cancel,
  createMachine,
  fromPromise,
  raise,
  sendTo,
  setup,
  spawnChild,
  type AnyStateMachine,
} from 'xstate';
import { addressOf } from '#contracts/address.ts';
import { activity } from '#machines/support/activity.ts';
import { durableActor } from '#machines/support/durable-actor.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import type { Delivery } from '#runtime/kernel/kernel.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { assertLegal } from '#runtime/kernel/live-snapshot.ts';
import type { LiveSnapshot } from '#runtime/kernel/xstate-internals.ts';
import { bothModes, given, hangs, START_MS } from '#test/support/machine-harness.ts';

const kernel = createKernel();
const address = addressOf({ service: 'test', type: 'subject', root: 'r', id: 'r' });

/** The records after the same events in one step, and in one step each. */
function batchedAndSingle(definition: ActorDefinition, types: readonly string[]) {
  const registered = kernel.register(definition);
  const born = kernel.create(registered, { address }, 0).record;
  const deliveries = types.map((type, index): Delivery => {
    return {
      log: 'mailbox',
      sequence: index + 1,
      envelope: { v: 1, id: type, to: address, kind: 'event', event: { type } },
    };
  });
  const batched = kernel.step(registered, born, { deliveries, nowMs: 0 });
  const single = deliveries.reduce(
    (record, delivery) => kernel.step(registered, record, { deliveries: [delivery], nowMs: 0 }).record,
    born,
  );
  return {
    batched,
    batchedState: JSON.stringify(batched.record.state),
    singleState: JSON.stringify(single.state),
  };
}

describe('XState alone', () => {
  it('runs always transitions in an order that depends on history; here a cached and a restored actor agree', () => {
    const region = (name: string) => ({
      initial: 'one',
      states: {
        one: { on: { [`move-${name}`]: 'two' } },
        two: { always: { guard: 'go', target: 'three', actions: { type: 'note', params: name } } },
        three: {},
      },
    });
    const machine = setup({
      types: { context: {} as { go: boolean; log: string[] } },
      guards: { go: ({ context }) => context.go },
      actions: { note: assign(({ context }, name: string) => ({ log: [...context.log, name] })) },
    }).createMachine({
      id: 'subject',
      type: 'parallel',
      context: { go: false, log: [] },
      on: { go: { actions: assign({ go: true }) } },
      states: { a: region('a'), b: region('b') } as never,
    });
    const { batchedState, singleState } = batchedAndSingle(
      { type: 'subject', version: 1, machine: machine as unknown as AnyStateMachine },
      ['move-b', 'move-a', 'go'],
    );
    expect(batchedState).toBe(singleState);
    expect(batchedState).toContain('"log":["a","b"]');
  });

  it('remembers history in the order of visits; here it is stored in the order of the statechart', () => {
    const machine = createMachine({
      id: 'subject',
      initial: 'c',
      states: {
        c: {
          type: 'parallel',
          on: { out: 'away' },
          states: {
            x: { initial: 'x1', states: { x1: { on: { 'go-x': 'x2' } }, x2: {}, h: { type: 'history' } } },
            y: { initial: 'y1', states: { y1: { on: { 'go-y': 'y2' } }, y2: {} } },
          },
        },
        away: {},
        wrapped: {
          initial: 'p',
          states: {
            p: {
              type: 'parallel',
              states: {
                m: { initial: 'm1', states: { m1: { on: { 'go-m': 'm2' } }, m2: {} } },
                n: { initial: 'n1', states: { n1: { on: { 'go-n': 'n2' } }, n2: {} } },
              },
            },
            deep: { type: 'history', history: 'deep' },
          },
          on: { leave: 'away' },
        },
      },
      on: { wrap: '.wrapped' },
    });
    const events = ['go-y', 'go-x', 'out', 'wrap', 'go-n', 'go-m', 'leave'];
    const { batched, batchedState, singleState } = batchedAndSingle(
      { type: 'subject', version: 1, machine },
      events,
    );
    expect(batchedState).toBe(singleState);
    expect(batched.record.state.history).toMatchObject({
      'subject.wrapped.deep': ['subject.wrapped.p.m.m2', 'subject.wrapped.p.n.n2'],
    });
  });

  bothModes('loops for ever through always; here the actor ends with an error', async (mode) => {
    const machine = createMachine({
      id: 'loop',
      on: { go: '.a' },
      initial: 'idle',
      states: { idle: {}, a: { always: 'b' }, b: { always: 'a' } },
    });
    const run = await given({ type: 'loop', version: 1, machine }, { mode });
    await run.send({ type: 'go' });
    expect(run.value()).toBe('idle');
    expect(run.error()?.message).toContain('Infinite loop detected');
  });

  bothModes(
    'would fire a timer that an earlier one of the same moment replaced or cancelled',
    async (mode) => {
      const machine = createMachine({
        id: 'clock',
        context: { log: [] as string[] },
        entry: [
          raise({ type: 'first' }, { id: 'first', delay: 1_000 }),
          raise({ type: 'second' }, { id: 'second', delay: 2_000 }),
          raise({ type: 'third' }, { id: 'third', delay: 2_500 }),
        ],
        on: {
          first: {
            actions: [
              assign({ log: ({ context }) => [...context.log, 'first'] }),
              raise({ type: 'second' }, { id: 'second', delay: 2_000 }),
              cancel('third'),
            ],
          },
          second: { actions: assign({ log: ({ context }) => [...context.log, 'second'] }) },
          third: { actions: assign({ log: ({ context }) => [...context.log, 'third'] }) },
        },
      });
      const run = await given({ type: 'clock', version: 1, machine }, { mode });
      run.world.nowMs += 10_000;
      await run.deliver({ v: 1, id: 'late', to: run.address, kind: 'wake', dueAtMs: START_MS + 1_000 });
      expect(run.record().state.context['log']).toEqual(['first']);
      await run.advance(2_000);
      expect(run.record().state.context['log']).toEqual(['first', 'second']);
    },
  );

  bothModes('runs the initial state again for each event; here input and entry run once', async (mode) => {
    let entered = 0;
    const machine = setup({
      types: { context: {} as { id: string; born: number; last: string }, input: {} as { id: string } },
    }).createMachine({
      id: 'once',
      context: ({ input }) => ({ id: input.id, born: 0, last: '' }),
      entry: assign(() => {
        entered += 1;
        return { born: entered };
      }),
      on: { look: { actions: assign({ last: ({ self }) => JSON.stringify(self.getSnapshot().context) }) } },
    });
    const run = await given({ type: 'once', version: 1, machine }, { mode, input: { id: 'real' } });
    await run.send({ type: 'look' });
    await run.send({ type: 'look' });
    expect(entered).toBe(1);
    expect(run.record().state.context).toMatchObject({
      id: 'real',
      born: 1,
      last: expect.stringContaining('"id":"real"'),
    });
  });

  bothModes('throws for an event named *; here it is refused', async (mode) => {
    const machine = createMachine({ id: 'open', on: { '*': { actions: assign({}) } } });
    const run = await given({ type: 'open', version: 1, machine }, { mode });
    expect(await run.send({ type: '*' })).toBe('unhandled');
    expect(await run.send({ type: 'anything' })).toBeUndefined();
    expect(run.status()).toBe('active');
  });

  bothModes('accepts events after the end; here nothing changes any more', async (mode) => {
    const machine = createMachine({
      id: 'ended',
      initial: 'a',
      context: { n: 0 },
      states: { a: { on: { end: 'z' } }, z: { type: 'final' } },
      on: { inc: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    });
    const run = await given({ type: 'ended', version: 1, machine }, { mode });
    await run.send({ type: 'end' });
    expect(await run.send({ type: 'inc' })).toBe('not-active');
    expect(run.record().state.context).toEqual({ n: 0 });
  });

  bothModes('runs the code of a child inside its parent; here only the worker does', async (mode) => {
    let ran = 0;
    const machine = createMachine({
      id: 'outer',
      invoke: {
        id: 'kid',
        onError: {},
        src: fromPromise(() => {
          ran += 1;
          return Promise.resolve(ran);
        }),
      },
      on: { poke: { actions: assign({}) } },
    });
    const run = await given(
      { type: 'outer', version: 1, machine },
      { mode, activities: { 'outer.inline:kid': hangs() } },
    );
    await run.send({ type: 'poke' });
    expect(ran).toBe(0);
    expect(run.tasks()).toHaveLength(1);
  });

  bothModes('reaches a child that its own state invokes, in the entry that invokes it', async (mode) => {
    const machine = setup({ actors: { kid: durableActor({ type: 'kid' }) } }).createMachine({
      id: 'outer',
      entry: sendTo('kid', { type: 'hello' }),
      invoke: { id: 'kid', src: 'kid', onError: {} },
    });
    const run = await given({ type: 'outer', version: 1, machine }, { mode });
    expect(run.effects().map(({ kind }) => kind)).toEqual(['start-actor', 'send']);
  });

  bothModes('finds children by systemId', async (mode) => {
    const machine = setup({ actors: { kid: durableActor({ type: 'kid' }) } }).createMachine({
      id: 'outer',
      entry: spawnChild('kid', { id: 'kid', systemId: 'boss' }),
      on: { go: { actions: sendTo(({ system }) => system.get('boss'), { type: 'hello' }) } },
    });
    const run = await given({ type: 'outer', version: 1, machine }, { mode });
    await run.send({ type: 'go' });
    expect(run.sent()).toMatchObject([{ to: run.children()[0]?.address, event: { type: 'hello' } }]);
  });
});

describe('the kernel', () => {
  it('dispatches no activity that a later event of the same step cancels', () => {
    const machine = setup({ actors: { work: activity('work') } }).createMachine({
      id: 'subject',
      initial: 'idle',
      states: {
        idle: { on: { go: 'busy' } },
        busy: { invoke: { id: 'w', src: 'work', onError: 'idle' }, on: { stop: 'idle' } },
      },
    });
    const { batched } = batchedAndSingle({ type: 'subject', version: 1, machine }, ['go', 'stop']);
    expect(batched.effects).toEqual([]);
    expect(
      batchedAndSingle({ type: 'subject', version: 1, machine }, ['go', 'stop', 'go']).batched.effects,
    ).toMatchObject([{ kind: 'run-activity', task: { birth: 2 } }, { kind: 'set-wake' }]);
  });

  it('finds an illegal configuration', () => {
    const root = { id: 'm', type: 'compound', states: {} } as never as LiveSnapshot['_nodes'][number];
    const leaf = {
      id: 'm.a',
      type: 'atomic',
      states: {},
      parent: root,
    } as never as LiveSnapshot['_nodes'][number];
    (root as { states: unknown }).states = { a: leaf, b: { ...leaf, id: 'm.b' } };
    const snapshot = (nodes: unknown[]) => ({ _nodes: nodes }) as unknown as LiveSnapshot;
    expect(() => assertLegal(snapshot([root, leaf]))).not.toThrow();
    expect(() => assertLegal(snapshot([root]))).toThrow(
      `illegal configuration at '#m': 0 active states instead of 1`,
    );
    expect(() => assertLegal(snapshot([leaf]))).toThrow('illegal configuration');
  });
});
