/** Sends numbered events to an actor of another service, several with each step. For tests of the relay. */
import { assign, enqueueActions, sendTo, setup } from 'xstate';
import { addressOf } from '#contracts/address.ts';
import { remoteActor } from '#machines/support/remote-actor.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';

export const SENDS_PER_STEP = 4;

const forwarderMachine = setup({
  types: {
    context: {} as { id: string; sent: number },
    input: {} as { id: string },
    events: {} as { type: 'GO' },
  },
}).createMachine({
  id: 'forwarder',
  context: ({ input }) => ({ id: input.id, sent: 0 }),
  initial: 'forwarding',
  states: {
    forwarding: {
      on: {
        GO: {
          actions: [
            enqueueActions(({ enqueue, context }) => {
              const to = addressOf({ service: 'bank', type: 'sequence', root: context.id, id: context.id });
              for (let n = context.sent + 1; n <= context.sent + SENDS_PER_STEP; n += 1) {
                enqueue(sendTo(() => remoteActor(to), { type: 'NOTE', n }));
              }
            }),
            assign({ sent: ({ context }) => context.sent + SENDS_PER_STEP }),
          ],
        },
      },
    },
  },
});

export const forwarderDefinition: ActorDefinition = {
  type: 'forwarder',
  version: 1,
  machine: forwarderMachine,
  startOnEvent: true,
};
