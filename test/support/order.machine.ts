/** A small order: charge (activity), pack for a while (timer), tell the ledger (send), done. For runtime tests. */
import { assign, sendTo, setup } from 'xstate';
import type { Address } from '#contracts/address.ts';
import { activity } from '#machines/support/activity.ts';
import { remoteActor } from '#machines/support/remote-actor.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';

type OrderInput = { ledger: Address; packMs: number };
type OrderContext = OrderInput & { receipt: string | null };

const orderMachine = setup({
  types: { context: {} as OrderContext, input: {} as OrderInput, output: {} as { receipt: string | null } },
  actors: {
    charge: activity<string, { amount: number }>('charge', { retry: { initialMs: 100, jitter: 0 } }),
  },
  delays: { packing: ({ context }) => context.packMs },
}).createMachine({
  id: 'order',
  context: ({ input }) => ({ ...input, receipt: null }),
  initial: 'charging',
  states: {
    charging: {
      invoke: {
        id: 'charge',
        src: 'charge',
        input: { amount: 10 },
        onDone: { target: 'packing', actions: assign({ receipt: ({ event }) => event.output }) },
      },
    },
    packing: { after: { packing: 'shipped' } },
    shipped: {
      type: 'final',
      entry: sendTo(({ context }) => remoteActor(context.ledger), { type: 'SHIPPED' }),
    },
  },
  output: ({ context }) => ({ receipt: context.receipt }),
});

const ledgerMachine = setup({
  types: { context: {} as { shipped: number }, events: {} as { type: 'SHIPPED' } },
}).createMachine({
  id: 'ledger',
  context: { shipped: 0 },
  initial: 'open',
  states: {
    open: { on: { SHIPPED: { actions: assign({ shipped: ({ context }) => context.shipped + 1 }) } } },
  },
});

export const orderDefinitions: readonly ActorDefinition[] = [
  { type: 'order', version: 1, machine: orderMachine },
  { type: 'ledger', version: 1, machine: ledgerMachine, startOnEvent: true, view: ({ context }) => context },
];
