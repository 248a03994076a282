/** The smallest useful actor: counts events. `INC` is a step without effects, `INC_AND_SEND` one with two sends. */
import { assign, enqueueActions, sendTo, setup } from 'xstate';
import type { Address } from '#contracts/address.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { remoteActor } from '#machines/support/remote-actor.ts';

type Context = { count: number; padding: string };
type Event = { type: 'INC' } | { type: 'INC_AND_SEND'; to: Address[] };

const counterMachine = setup({
  types: { context: {} as Context, events: {} as Event },
}).createMachine({
  id: 'counter',
  context: { count: 0, padding: 'x'.repeat(1_000) },
  initial: 'counting',
  states: {
    counting: {
      on: {
        INC: { actions: assign({ count: ({ context }) => context.count + 1 }) },
        INC_AND_SEND: {
          actions: [
            assign({ count: ({ context }) => context.count + 1 }),
            enqueueActions(({ enqueue, event }) => {
              for (const address of event.to) enqueue(sendTo(() => remoteActor(address), { type: 'INC' }));
            }),
          ],
        },
      },
    },
  },
});

export const counterDefinition: ActorDefinition = {
  type: 'counter',
  version: 1,
  machine: counterMachine,
  startOnEvent: true,
};
