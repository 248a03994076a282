/** A counter that can be made to fail in every way, for the tests of the step. */
import { assign, emit, sendTo, setup, spawnChild } from 'xstate';
import { durableActor } from '#machines/support/durable-actor.ts';

type CountEvent = {
  type: 'inc' | 'throwing' | 'forbidden' | 'blocked' | 'self' | 'loop' | 'fill' | 'badOutput' | 'late';
  size?: number;
};

const machine = setup({
  types: {
    context: {} as { count: number; text: string; bad: unknown },
    events: {} as CountEvent,
    input: {} as { from?: number },
  },
  actors: { kid: durableActor({ type: 'kid' }) },
}).createMachine({
  id: 'counter',
  context: ({ input }) => ({ count: input?.from ?? 0, text: '', bad: null }),
  initial: 'counting',
  states: {
    counting: {
      on: {
        inc: { actions: assign({ count: ({ context }) => context.count + 1 }) },
        throwing: {
          actions: [
            assign({ count: 100 }),
            emit({ type: 'never' }),
            spawnChild('kid', { id: 'kid' }),
            assign(() => {
              throw new Error('boom');
            }),
          ],
        },
        forbidden: {},
        blocked: { guard: () => false, actions: [] },
        self: {
          actions: [sendTo(({ self }) => self, { type: 'inc' }), sendTo(({ self }) => self, { type: 'inc' })],
        },
        loop: { actions: sendTo(({ self }) => self, { type: 'loop' }) },
        fill: { actions: assign({ text: ({ event }) => 'x'.repeat(event.size ?? 0) }) },
        badOutput: 'ended',
        late: { guard: () => false },
      },
    },
    ended: { type: 'final' },
  },
  output: () => new Map(),
});
/** Counts `inc`; each other event shows one way to fail or to be refused. */
export const counter = { type: 'counter', version: 1, machine };
