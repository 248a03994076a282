/** Counts events in order and notices every gap, repetition and swap. For tests of order under failover. */
import { assign, setup } from 'xstate';
import type { ActorDefinition } from '#runtime/actor-definition.ts';

type Context = { last: number; faults: number };

const sequenceMachine = setup({
  types: { context: {} as Context, events: {} as { type: 'NOTE'; n: number } },
}).createMachine({
  id: 'sequence',
  context: { last: 0, faults: 0 },
  initial: 'listening',
  states: {
    listening: {
      on: {
        NOTE: {
          actions: assign(({ context, event }) => ({
            last: event.n,
            faults: context.faults + (event.n === context.last + 1 ? 0 : 1),
          })),
        },
      },
    },
  },
});

export const sequenceDefinition: ActorDefinition = {
  type: 'sequence',
  version: 1,
  machine: sequenceMachine,
  startOnEvent: true,
  view: ({ context }) => context,
};
