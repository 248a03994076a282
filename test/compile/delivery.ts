/** A contract, two activities and a machine that use every part of the door's types. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { activity } from 'windlass/activity';
import { contract } from 'windlass/contract';
import { durable } from 'windlass/durable';

export const Delivery = contract({
  id: 'delivery',
  tags: ['needs-signature'],
  input: z.object({ to: z.string(), parcels: z.number().int().default(1) }),
  output: z.object({ signedBy: z.string() }),
  context: z.object({ to: z.string(), courier: z.string().optional(), signedBy: z.string() }),
  events: { SIGN: { by: z.string(), note: z.string().default('') }, REFUSE: {} },
});

export const book = activity('book', {
  input: z.object({ to: z.string() }),
  output: z.object({ courier: z.string() }),
  retry: { attemptsMax: 5 },
});

export const release = activity('release', { input: z.object({ courier: z.string() }) });

export const deliverySetup = setup({ types: Delivery.types, actors: { book, release } });

export const delivery = durable({
  contract: Delivery,
  machine: deliverySetup.createMachine({
    id: 'delivery',
    context: ({ input }) => ({ to: input.to, signedBy: '' }),
    initial: 'booking',
    states: {
      booking: {
        invoke: {
          src: 'book',
          input: ({ context }) => ({ to: context.to }),
          onDone: { target: 'atTheDoor', actions: assign({ courier: ({ event }) => event.output.courier }) },
        },
      },
      atTheDoor: {
        tags: ['needs-signature'],
        on: {
          SIGN: { target: 'signed', actions: assign({ signedBy: ({ event }) => event.by }) },
          REFUSE: 'releasing',
        },
      },
      releasing: {
        invoke: {
          src: 'release',
          input: ({ context }) => ({ courier: context.courier ?? '' }),
          onDone: 'signed',
        },
      },
      signed: { type: 'final' },
    },
    output: ({ context }) => ({ signedBy: context.signedBy }),
  }),
});
