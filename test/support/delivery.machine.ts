/** A delivery note: made (large, under a rate), weighed (large input), signed by somebody outside. For runtime tests. */
import { assign, setup } from 'xstate';
import type { Json } from '#contracts/json.ts';
import { activity } from '#machines/support/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';

const retry = { initialMs: 100, jitter: 0 };

const deliveryMachine = setup({
  types: { context: {} as { note: Json; weight: number; signedBy: Json } },
  actors: {
    write: activity<string, Json>('write', { retry, largeOutput: true, scheduleToStartMs: 60_000 }),
    weigh: activity<number, Json>('weigh', { retry, heartbeatMs: 30_000 }),
    sign: activity<Json, Json>('sign', { retry, startToCloseMs: 60_000, heartbeatMs: 20_000 }),
  },
}).createMachine({
  id: 'delivery',
  context: { note: null, weight: 0, signedBy: null },
  initial: 'writing',
  states: {
    writing: {
      invoke: {
        id: 'write',
        src: 'write',
        input: {},
        onDone: { target: 'weighing', actions: assign({ note: ({ event }) => ({ ...event.output }) }) },
      },
    },
    weighing: {
      invoke: {
        id: 'weigh',
        src: 'weigh',
        input: ({ context }) => ({ note: context.note }),
        onDone: { target: 'signing', actions: assign({ weight: ({ event }) => event.output }) },
      },
    },
    signing: {
      invoke: {
        id: 'sign',
        src: 'sign',
        input: {},
        onDone: { target: 'delivered', actions: assign({ signedBy: ({ event }) => event.output }) },
      },
    },
    delivered: { type: 'final' },
  },
});

export const deliveryDefinition: ActorDefinition = { type: 'delivery', version: 1, machine: deliveryMachine };
