/** Waiting for a person, for as long as it takes; the machine decides who may say what. `npm run example -- 04` */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { ClientError, connect } from 'windlass/client';
import { contract } from 'windlass/contract';
import { durable } from 'windlass/durable';
import { runWorker } from 'windlass/worker';

const Expense = contract({
  id: 'expense',
  tags: ['needs-approval'],
  input: z.object({ by: z.string(), amount: z.number() }),
  context: z.object({ by: z.string(), amount: z.number(), approvedBy: z.string().optional() }),
  events: { APPROVE: { by: z.string() }, REJECT: { by: z.string(), reason: z.string() } },
  output: z.object({ approvedBy: z.string().optional() }),
});

const machine = setup({
  types: Expense.types,
  // Nobody approves an expense of their own: such an event is refused, and nothing of it is stored.
  guards: { isSomeoneElse: ({ context, event }) => event.by !== context.by },
}).createMachine({
  id: 'expense',
  context: ({ input }) => input,
  initial: 'waiting',
  states: {
    waiting: {
      tags: ['needs-approval'],
      after: { [14 * 24 * 3_600_000]: 'rejected' },
      on: {
        APPROVE: {
          guard: 'isSomeoneElse',
          target: 'approved',
          actions: assign({ approvedBy: ({ event }) => event.by }),
        },
        REJECT: 'rejected',
      },
    },
    approved: { type: 'final' },
    rejected: { type: 'final' },
  },
  output: ({ context }) => (context.approvedBy === undefined ? {} : { approvedBy: context.approvedBy }),
});

export const expense = durable({ contract: Expense, machine });

export async function main({ servers }: { servers: string[] }): Promise<unknown[]> {
  const worker = await runWorker({ servers, actors: [expense] });
  const client = await connect({ servers });
  const input = { by: 'bob', amount: 120 };
  const handle = await client.start(expense, { id: 'e-7', input, onConflict: 'replace' });

  // What an inbox would do, perhaps days later and in another process.
  const waiting = await handle.waitFor({ tag: 'needs-approval' });
  console.log(`${waiting.context.by} wants ${waiting.context.amount}`);

  const own = await handle.ask({ type: 'APPROVE', by: 'bob' }).catch((error: unknown) => error);
  // The key makes a button that is pressed twice count once.
  await handle.ask({ type: 'APPROVE', by: 'ann' }, { idempotencyKey: 'approve-e-7' });
  const twice = await handle.ask({ type: 'APPROVE', by: 'ann' }, { idempotencyKey: 'approve-e-7' });

  const result = await handle.result();
  await client.close();
  await worker.stop();
  return [own instanceof ClientError ? own.code : own, twice.repeated, result];
}
