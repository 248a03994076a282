/** A timer of thirty days. Nothing waits in memory: the server holds the alarm. `npm run example -- 03` */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { connect } from 'windlass/client';
import { contract } from 'windlass/contract';
import { durable } from 'windlass/durable';
import { testActor } from 'windlass/testing';
import { runWorker } from 'windlass/worker';

const DAY_MS = 24 * 3_600_000;

const Trial = contract({
  id: 'trial',
  input: z.object({ customer: z.string() }),
  context: z.object({ customer: z.string(), reminders: z.number(), subscribed: z.boolean() }),
  events: { SUBSCRIBE: {} },
  output: z.object({ subscribed: z.boolean() }),
});

const machine = setup({ types: Trial.types }).createMachine({
  id: 'trial',
  context: ({ input }) => ({ customer: input.customer, reminders: 0, subscribed: false }),
  initial: 'running',
  on: { SUBSCRIBE: '.subscribed' },
  states: {
    running: { after: { [23 * DAY_MS]: 'reminded' } },
    reminded: {
      entry: assign({ reminders: ({ context }) => context.reminders + 1 }),
      after: { [7 * DAY_MS]: 'expired' },
    },
    expired: { type: 'final' },
    subscribed: { type: 'final', entry: assign({ subscribed: true }) },
  },
  output: ({ context }) => ({ subscribed: context.subscribed }),
});

export const trial = durable({ contract: Trial, machine });

/** Thirty days in no time: see docs/testing.md. */
export async function expireInATest(): Promise<unknown[]> {
  const test = await testActor(trial, { input: { customer: 'ann' } });
  await test.advance(23 * DAY_MS);
  const before = test.state;
  await test.advance(7 * DAY_MS);
  return [before, test.state, test.output];
}

export async function main({ servers }: { servers: string[] }): Promise<unknown> {
  const worker = await runWorker({ servers, actors: [trial] });
  const client = await connect({ servers });
  const handle = await client.start(trial, {
    id: 'ann',
    input: { customer: 'ann' },
    onConflict: 'replace',
  });
  await worker.stop(); // Thirty days without a worker would be fine: another one goes on where this one was.

  const again = await runWorker({ servers, actors: [trial] });
  await handle.send({ type: 'SUBSCRIBE' });
  const result = await handle.result();
  await client.close();
  await again.stop();
  return result;
}
