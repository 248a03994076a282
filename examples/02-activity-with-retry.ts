/** Work outside the machine: one call that may fail, tried again until it succeeds. `npm run example -- 02` */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { activity } from 'windlass/activity';
import { connect } from 'windlass/client';
import { contract } from 'windlass/contract';
import { durable } from 'windlass/durable';
import { ActivityFailed, runWorker } from 'windlass/worker';

const Parcel = contract({
  id: 'parcel',
  input: z.object({ to: z.string() }),
  context: z.object({ to: z.string(), label: z.string() }),
  events: {},
  output: z.object({ label: z.string() }),
});

// Declared here, without code: clients load this file too. Waits double from 50 ms; five attempts in all.
const printLabel = activity('printLabel', {
  input: z.object({ to: z.string() }),
  output: z.object({ label: z.string() }),
  retry: { initialMs: 50, attemptsMax: 5 },
  startToCloseMs: 10_000,
});

const machine = setup({ types: Parcel.types, actors: { printLabel } }).createMachine({
  id: 'parcel',
  context: ({ input }) => ({ to: input.to, label: '' }),
  initial: 'printing',
  states: {
    printing: {
      invoke: {
        src: 'printLabel',
        input: ({ context }) => ({ to: context.to }),
        onDone: { target: 'printed', actions: assign({ label: ({ event }) => event.output.label }) },
      },
    },
    printed: { type: 'final' },
  },
  output: ({ context }) => ({ label: context.label }),
});

export const parcel = durable({ contract: Parcel, machine });

export async function main({ servers }: { servers: string[] }): Promise<string> {
  const worker = await runWorker({
    servers,
    actors: [parcel],
    activities: {
      printLabel: async ({ to }, { attempt, idempotencyKey }) => {
        // The key is the same for all attempts: pass it on, and a printer that got it twice prints once.
        console.log(`attempt ${attempt} of ${idempotencyKey}`);
        if (attempt < 3) {
          throw new ActivityFailed({
            code: 'PAPER_JAM',
            message: 'The printer is stuck.',
            kind: 'transient',
          });
        }
        return { label: `To ${to}` };
      },
    },
  });
  const client = await connect({ servers });
  const handle = await client.start(parcel, { id: 'p-1', input: { to: 'Ann' }, onConflict: 'replace' });
  const { label } = await handle.result();
  await client.close();
  await worker.stop();
  return label;
}
