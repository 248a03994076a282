/** A user's own machine, which knows nothing of deployments: an activity that fails at first, a timer, a child. */
import { emit, setup } from 'xstate';
import type { ActivityCatalog } from '#runtime/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { activity } from '#machines/support/activity.ts';
import { durableActor } from '#machines/support/durable-actor.ts';

const parcelMachine = setup({
  types: {
    events: {} as { type: 'address.changed' } | { type: 'cancel' },
    emitted: {} as { type: 'parcel.redirected' },
  },
  actors: {
    bookCourier: activity<string, { street: string }>('bookCourier', {
      retry: { initialMs: 120_000, jitter: 0 },
    }),
    label: durableActor({ type: 'label' }),
  },
  delays: { patience: 30 * 86_400_000 },
}).createMachine({
  id: 'parcel',
  description: 'Brings a parcel to its street.',
  initial: 'booking',
  on: { cancel: '.canceled' },
  invoke: { id: 'label', src: 'label', onError: {} },
  states: {
    booking: {
      tags: ['waiting'],
      invoke: {
        id: 'bookCourier',
        src: 'bookCourier',
        input: { street: '<b>Main</b> St' },
        onDone: 'underway',
        onError: 'canceled',
      },
      after: { patience: 'canceled' },
      on: {
        'address.changed': {
          target: 'booking',
          reenter: true,
          actions: emit({ type: 'parcel.redirected' }),
        },
      },
    },
    underway: {},
    canceled: { type: 'final' },
  },
});

const labelMachine = setup({}).createMachine({
  id: 'label',
  initial: 'printed',
  states: { printed: { on: { tear: 'torn' } }, torn: { type: 'final' } },
});

export const parcelDefinitions: readonly ActorDefinition[] = [
  { type: 'parcel', version: 1, machine: parcelMachine, view: () => ({ title: 'Parcel <i>for</i> Ada' }) },
  { type: 'label', version: 1, machine: labelMachine },
];

export const parcelActivities: ActivityCatalog = {
  bookCourier: (_input, { heartbeat }) => {
    heartbeat({ asked: 'depot' });
    return Promise.reject(new Error('The courier <script>is</script> asleep'));
  },
};
