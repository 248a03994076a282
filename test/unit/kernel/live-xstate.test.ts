/** The kernel against XState's own live actor: same events, same clock, same state and context. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  and,
  assign,
  cancel,
  createActor,
  enqueueActions,
  not,
  raise,
  sendTo,
  setup,
  SimulatedClock,
  stateIn,
} from 'xstate';
import { given } from '#test/support/machine-harness.ts';

const EVENTS = ['a', 'b', 'c', 'd', 'hist', 'deep', 'self', 'later', 'never', 'multi', 'other.x'] as const;
type ChartEvent = { type: (typeof EVENTS)[number] | 'inner' };

const machine = setup({
  types: { context: {} as { n: number; log: string[] }, events: {} as ChartEvent },
  guards: { even: ({ context }) => context.n % 2 === 0, small: ({ context }) => context.n < 9 },
  delays: { growing: ({ context }) => 100 + context.n * 10 },
  actions: {
    note: assign(({ context }, text: string) => ({
      n: context.n + 1,
      log: [...context.log, text].slice(-30),
    })),
  },
}).createMachine({
  id: 'chart',
  context: { n: 0, log: [] },
  type: 'parallel',
  on: {
    self: { actions: [sendTo(({ self }) => self, { type: 'inner' }), { type: 'note', params: 'self' }] },
    inner: { actions: { type: 'note', params: 'inner' } },
    // cancelled first: XState would keep both timers of the same id, the kernel replaces
    later: { actions: [cancel('later'), raise({ type: 'inner' }, { id: 'later', delay: 250 })] },
    never: { actions: cancel('later') },
    'other.*': { actions: { type: 'note', params: 'other' } },
    multi: {
      actions: enqueueActions(({ enqueue, check }) => {
        enqueue({ type: 'note', params: 'multi' });
        if (check('even')) enqueue.raise({ type: 'b' });
      }),
    },
  },
  states: {
    left: {
      initial: 'one',
      onDone: { actions: { type: 'note', params: 'left done' } },
      states: {
        one: {
          entry: { type: 'note', params: 'in one' },
          on: { a: 'two', d: { guard: not('small'), target: 'end' } },
        },
        two: {
          initial: 'x',
          exit: { type: 'note', params: 'out two' },
          after: { 300: { target: 'one', actions: { type: 'note', params: 'after two' } } },
          on: { b: 'three', hist: { target: 'two', reenter: true } },
          states: {
            x: { on: { c: 'y' }, after: { growing: 'y' } },
            y: {
              type: 'parallel',
              states: {
                p: { initial: 'p1', states: { p1: { on: { a: 'p2' } }, p2: {} } },
                q: { initial: 'q1', states: { q1: { on: { c: 'q2' } }, q2: { type: 'final' } } },
              },
            },
            deep: { type: 'history', history: 'deep' },
            shallow: { type: 'history' },
          },
        },
        three: {
          on: { hist: 'two.shallow', deep: 'two.deep', a: { guard: not('even'), target: 'one' } },
          always: { guard: and(['even', not('small')]), target: 'one' },
        },
        end: { type: 'final' },
      },
    },
    right: {
      initial: 'off',
      states: {
        off: {
          on: { c: { guard: 'even', target: 'on' }, b: { guard: stateIn({ left: 'three' }), target: 'on' } },
        },
        on: {
          entry: raise({ type: 'inner' }),
          on: { c: 'off', a: { actions: { type: 'note', params: 'on a' } } },
          after: { 1_000: 'off' },
        },
      },
    },
  },
});

const command = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...EVENTS) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 120 }) },
);

describe('against a live actor', () => {
  it('has the same state and context after every event', async () => {
    const values = new Set<string>();
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40, size: 'max' }), async (commands) => {
        const clock = new SimulatedClock();
        const live = createActor(machine, { clock }).start();
        const durable = await given({ type: 'chart', version: 1, machine }, { mode: 'rehydrated' });
        for (const step of commands) {
          if (typeof step === 'number') {
            clock.increment(step);
            await durable.advance(step);
          } else {
            live.send({ type: step });
            await durable.send({ type: step });
          }
          const { value, context, status } = live.getSnapshot();
          expect({
            value: durable.value(),
            context: durable.record().state.context,
            status: durable.status(),
          }).toEqual({ value, context, status });
          values.add(JSON.stringify(value));
        }
      }),
      { numRuns: 100, seed: 11 },
    );
    vi.restoreAllMocks();
    // nearly all of the 16 states of the chart were visited
    expect(values.size).toBeGreaterThanOrEqual(14);
  });
});
