/** Statecharts as XState defines them: states, transitions, guards, context, final states. */
import { describe, expect } from 'vitest';
import { and, assign, createMachine, enqueueActions, not, or, raise, setup, stateIn } from 'xstate';
import { bothModes, given } from '#test/support/machine-harness.ts';

const noting = setup({
  types: { context: {} as { log: string[]; n: number }, events: {} as { type: string; by?: number } },
  actions: {
    note: assign({ log: ({ context }, text: string) => [...context.log, text] }),
    add: assign({ n: ({ context, event }) => context.n + (event.by ?? 1) }),
  },
  guards: {
    even: ({ context }) => context.n % 2 === 0,
    above: ({ context }, limit: number) => context.n > limit,
  },
});
const note = (text: string) => ({ type: 'note', params: text }) as const;
const START = { log: [], n: 0 };

describe('statecharts', () => {
  bothModes('run entry, exit and transition actions in the order of XState', async (mode) => {
    const machine = noting.createMachine({
      id: 'm',
      context: START,
      initial: 'a',
      entry: note('in m'),
      states: {
        a: {
          entry: note('in a'),
          exit: note('out a'),
          initial: 'x',
          states: {
            x: {
              entry: note('in x'),
              exit: note('out x'),
              on: { GO: { target: '#b', actions: note('go') } },
            },
          },
        },
        b: { id: 'b', entry: note('in b') },
      },
    });
    const run = await given(machine, { mode });
    await run.send({ type: 'GO' });
    const log = ['in m', 'in a', 'in x', 'out x', 'out a', 'go', 'in b'];
    expect(run.record().state).toMatchObject({ value: 'b', context: { log } });
  });

  bothModes('have parallel regions, each with its own state', async (mode) => {
    const region = {
      initial: 'off',
      states: { off: { on: { ON: 'on' } }, on: { on: { OFF: 'off' } } },
    } as const;
    const machine = createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        left: region,
        right: { ...region, states: { ...region.states, off: { on: { RIGHT: 'on' } } } },
      },
    });
    const run = await given(machine, { mode });
    await run.send({ type: 'ON' });
    await run.send({ type: 'RIGHT' });
    await run.send({ type: 'OFF' });
    expect(run.value()).toEqual({ left: 'off', right: 'off' });
  });

  bothModes('remember where they were, shallow and deep', async (mode) => {
    const machine = createMachine({
      id: 'm',
      initial: 'work',
      states: {
        work: {
          initial: 'one',
          states: {
            one: { on: { NEXT: 'two' } },
            two: { initial: 'x', states: { x: { on: { NEXT: 'y' } }, y: {} } },
            shallow: { type: 'history' },
            deep: { type: 'history', history: 'deep' },
            first: { type: 'history', target: 'one' },
          },
          on: { LEAVE: 'away' },
        },
        away: { on: { SHALLOW: 'work.shallow', DEEP: 'work.deep' } },
      },
    });
    const run = await given(machine, { mode });
    for (const type of ['NEXT', 'NEXT', 'LEAVE', 'SHALLOW']) await run.send({ type });
    expect(run.value()).toEqual({ work: { two: 'x' } });
    for (const type of ['NEXT', 'LEAVE', 'DEEP']) await run.send({ type });
    expect(run.value()).toEqual({ work: { two: 'y' } });
  });

  bothModes('end with the output of their final states', async (mode) => {
    const machine = setup({
      types: { context: {} as { got: unknown }, output: {} as unknown },
    }).createMachine({
      id: 'm',
      context: { got: null },
      initial: 'work',
      states: {
        work: {
          initial: 'busy',
          states: { busy: { on: { GO: 'ready' } }, ready: { type: 'final', output: { n: 7 } } },
          onDone: { target: 'end', actions: assign({ got: ({ event }) => event.output }) },
        },
        end: { type: 'final' },
      },
      output: ({ context }: { context: { got: unknown } }) => ({ sum: context.got }),
    });
    const run = await given(machine, { mode });
    await run.send({ type: 'GO' });
    expect(run.record()).toMatchObject({
      status: 'done',
      state: { value: 'end', output: { sum: { n: 7 } } },
    });
  });

  bothModes('end with status error when a guard, an assign or an input throws', async (mode) => {
    const broken = (): never => {
      throw new Error('broken');
    };
    const machine = createMachine({
      id: 'm',
      context: { kept: 1 },
      on: { GUARD: { guard: broken }, ASSIGN: { actions: [assign({ kept: 2 }), assign(broken)] } },
    });
    for (const type of ['GUARD', 'ASSIGN']) {
      const run = await given(machine, { mode });
      await run.send({ type });
      expect(run.status()).toBe('error');
      expect(run.error()?.message).toContain('broken');
      expect(run.record().state.context).toEqual({ kept: 1 });
    }
    const first = await given(createMachine({ id: 'm', context: { n: 1 }, entry: assign(broken) }), { mode });
    expect(first.record()).toMatchObject({ status: 'error', state: { context: { n: 1 } } });
  });

  bothModes('choose by guards, with params, combined, and by the states that are active', async (mode) => {
    const machine = noting.createMachine({
      id: 'm',
      type: 'parallel',
      context: START,
      on: {
        ADD: { actions: 'add' },
        TRY: [
          {
            guard: and(['even', { type: 'above', params: 3 }, not(stateIn({ a: 'off' }))]),
            actions: note('and'),
          },
          { guard: or([stateIn('#on'), { type: 'above', params: 100 }]), actions: note('or') },
          { actions: note('else') },
        ],
      },
      states: { a: { initial: 'off', states: { off: { on: { ON: 'on' } }, on: { id: 'on' } } } },
    });
    const run = await given(machine, { mode });
    await run.send({ type: 'TRY' });
    await run.send({ type: 'ON' });
    await run.send({ type: 'TRY' });
    await run.send({ type: 'ADD', by: 4 });
    await run.send({ type: 'TRY' });
    expect(run.record().state.context['log']).toEqual(['else', 'or', 'and']);
  });

  bothModes('take eventless transitions as soon as their guard holds', async (mode) => {
    const machine = noting.createMachine({
      id: 'm',
      context: START,
      initial: 'few',
      states: {
        few: {
          on: { ADD: { actions: 'add' } },
          always: { guard: { type: 'above', params: 1 }, target: 'many' },
        },
        many: {},
      },
    });
    const run = await given(machine, { mode });
    await run.send({ type: 'ADD' });
    expect(run.value()).toBe('few');
    await run.send({ type: 'ADD' });
    expect(run.value()).toBe('many');
  });

  bothModes('leave and enter a state again only when told to reenter', async (mode) => {
    const machine = noting.createMachine({
      id: 'm',
      context: START,
      initial: 'a',
      states: {
        a: { entry: note('in'), exit: note('out'), on: { STAY: 'a', AGAIN: { target: 'a', reenter: true } } },
      },
    });
    const run = await given(machine, { mode });
    await run.send({ type: 'STAY' });
    await run.send({ type: 'AGAIN' });
    expect(run.record().state.context['log']).toEqual(['in', 'out', 'in']);
  });

  bothModes(
    'match wildcards, the closest descriptor first, and let a state forbid an event',
    async (mode) => {
      const machine = noting.createMachine({
        id: 'm',
        context: START,
        initial: 'a',
        on: {
          'job.done': { actions: note('exact') },
          'job.*': { actions: note('partial') },
          '*': { actions: note('any') },
          NO: { actions: note('above') },
        },
        states: { a: { on: { NO: {} } } },
      });
      const run = await given(machine, { mode });
      for (const type of ['job.done', 'job.failed.badly', 'other', 'NO']) await run.send({ type });
      expect(run.record().state.context['log']).toEqual(['exact', 'partial', 'any']);
    },
  );

  bothModes('take raised events before any other, within the same step', async (mode) => {
    const machine = noting.createMachine({
      id: 'm',
      context: START,
      on: {
        GO: { actions: [raise({ type: 'INNER' }), note('go')] },
        INNER: { actions: note('inner') },
      },
    });
    const run = await given(machine, { mode });
    const before = run.record().step;
    await run.send({ type: 'GO' });
    expect(run.record().state.context['log']).toEqual(['go', 'inner']);
    expect(run.record().step).toBe(before + 1);
  });

  bothModes('expand enqueueActions in order, with checks', async (mode) => {
    const machine = noting.createMachine({
      id: 'm',
      context: START,
      on: {
        GO: {
          actions: enqueueActions(({ enqueue, check }) => {
            enqueue('add');
            if (check('even')) enqueue(note('was even'));
            enqueue.raise({ type: 'DONE' });
          }),
        },
        DONE: { actions: note('raised') },
      },
    });
    const run = await given(machine, { mode });
    await run.send({ type: 'GO' });
    expect(run.record().state.context).toEqual({ n: 1, log: ['was even', 'raised'] });
  });

  bothModes('take input once, at their start', async (mode) => {
    const machine = setup({
      types: { context: {} as { id: string }, input: {} as { id: string } },
    }).createMachine({
      id: 'm',
      context: ({ input }) => ({ id: input.id }),
      on: { GO: {} },
    });
    const run = await given(machine, { mode, input: { id: 'order-1' } });
    await run.send({ type: 'GO' });
    expect(run.record().state.context).toEqual({ id: 'order-1' });
  });

  bothModes('can be entered by route events', async (mode) => {
    const machine = createMachine({
      id: 'm',
      context: { open: false },
      initial: 'home',
      on: { OPEN: { actions: assign({ open: true }) } },
      states: {
        home: { id: 'home', route: {} },
        vault: {
          id: 'vault',
          route: { guard: ({ context }: { context: { open: boolean } }) => context.open },
        },
        hidden: { id: 'hidden' },
      },
    } as never);
    const run = await given(machine, { mode });
    const route = (to: string) => run.send({ type: 'xstate.route', to } as never);
    expect(await route('#vault')).toBe('unhandled');
    await run.send({ type: 'OPEN' });
    expect(await route('#vault')).toBeUndefined();
    expect(run.value()).toBe('vault');
    expect(await route('#hidden')).toBe('unhandled');
    await route('#home');
    expect(run.value()).toBe('home');
  });
});
