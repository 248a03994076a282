/** A saga: what was done is undone, in reverse, when a later step fails for good. `npm run example -- 05` */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { activity } from 'windlass/activity';
import { connect } from 'windlass/client';
import { contract } from 'windlass/contract';
import { durable } from 'windlass/durable';
import { ActivityFailed, runWorker } from 'windlass/worker';

const Trip = contract({
  id: 'trip',
  input: z.object({ traveller: z.string() }),
  context: z.object({ traveller: z.string(), outcome: z.enum(['booked', 'undone']) }),
  events: {},
  output: z.object({ outcome: z.enum(['booked', 'undone']) }),
});

const who = { input: z.object({ traveller: z.string() }) };
const actors = {
  bookHotel: activity('bookHotel', who),
  bookFlight: activity('bookFlight', who),
  cancelHotel: activity('cancelHotel', who),
};

const traveller = ({ context }: { context: { traveller: string } }) => ({ traveller: context.traveller });

/** `onError` is reached when the retries of a call have come to nothing. */
const machine = setup({ types: Trip.types, actors }).createMachine({
  id: 'trip',
  context: ({ input }) => ({ ...input, outcome: 'booked' }),
  initial: 'hotel',
  states: {
    hotel: {
      invoke: { src: 'bookHotel', input: traveller, onDone: 'flight', onError: 'undone' },
    },
    flight: {
      invoke: { src: 'bookFlight', input: traveller, onDone: 'booked', onError: 'noHotel' },
    },
    noHotel: { invoke: { src: 'cancelHotel', input: traveller, onDone: 'undone' } },
    booked: { type: 'final' },
    undone: { type: 'final', entry: assign({ outcome: 'undone' }) },
  },
  output: ({ context }) => ({ outcome: context.outcome }),
});

export const trip = durable({ contract: Trip, machine });

export async function main({ servers }: { servers: string[] }): Promise<unknown> {
  const calls: string[] = [];
  const worker = await runWorker({
    servers,
    actors: [trip],
    activities: {
      bookHotel: async () => void calls.push('hotel booked'),
      bookFlight: async () => {
        throw new ActivityFailed({ code: 'SOLD_OUT', message: 'No seat is left.', kind: 'terminal' });
      },
      cancelHotel: async () => void calls.push('hotel cancelled'),
    },
  });
  const client = await connect({ servers });
  const handle = await client.start(trip, { id: 't-1', input: { traveller: 'ann' }, onConflict: 'replace' });
  const { outcome } = await handle.result();
  await client.close();
  await worker.stop();
  return { outcome, calls };
}
