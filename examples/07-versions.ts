/** Two versions of a machine at once: who runs keeps the version it started with. `npm run example -- 07` */
import { setup } from 'xstate';
import { z } from 'zod';
import { connect } from 'windlass/client';
import { contract } from 'windlass/contract';
import { durable, migrateFrom } from 'windlass/durable';
import { runWorker } from 'windlass/worker';

const context = z.object({ customer: z.string() });

const Contract1 = contract({
  id: 'subscription',
  version: 1,
  input: context,
  context,
  events: { CANCEL: {} },
});

export const subscription1 = durable({
  contract: Contract1,
  machine: setup({ types: Contract1.types }).createMachine({
    id: 'subscription',
    context: ({ input }) => input,
    initial: 'running',
    states: { running: { on: { CANCEL: 'cancelled' } }, cancelled: { type: 'final' } },
  }),
});

// Version 2 asks before it lets a customer go.
const Contract2 = contract({
  ...Contract1,
  version: 2,
  events: { CANCEL: {}, CONFIRM: {} },
});

export const subscription2 = durable({
  contract: Contract2,
  machine: setup({ types: Contract2.types }).createMachine({
    id: 'subscription',
    context: ({ input }) => input,
    initial: 'running',
    states: {
      running: { on: { CANCEL: 'leaving' } },
      leaving: { on: { CONFIRM: 'cancelled' } },
      cancelled: { type: 'final' },
    },
  }),
  // Whoever still runs version 1 when no worker has it any more goes on in version 2, from here.
  migrations: [migrateFrom(Contract1, ({ value, context }) => ({ value, context }))],
});

export async function main({ servers }: { servers: string[] }): Promise<unknown[]> {
  const client = await connect({ servers });
  const replace = { onConflict: 'replace' } as const;

  const before = await runWorker({ servers, actors: [subscription1] });
  const old = await client.start(subscription1, { id: 'ann', input: { customer: 'ann' }, ...replace });
  const late = await client.start(subscription1, { id: 'cleo', input: { customer: 'cleo' }, ...replace });
  await before.stop();

  // The new release brings both: the newest version starts what is new, the old one finishes what runs.
  const after = await runWorker({ servers, actors: [subscription2, subscription1] });
  const fresh = await client.start(subscription2, { id: 'bob', input: { customer: 'bob' }, ...replace });

  const asked = [await old.ask({ type: 'CANCEL' }), await fresh.ask({ type: 'CANCEL' })];
  await after.stop();

  // The last release brings version 2 alone.
  const last = await runWorker({ servers, actors: [subscription2] });
  asked.push(await late.ask({ type: 'CANCEL' }));
  await client.close();
  await last.stop();
  return asked.map(({ value }) => value);
}
