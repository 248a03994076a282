/** Hello: a machine that greets whoever asks, and remembers it through any crash. `npm run example -- 01` */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { connect } from 'windlass/client';
import { contract } from 'windlass/contract';
import { durable } from 'windlass/durable';
import { runWorker } from 'windlass/worker';

// What goes in, what is remembered, what comes out.
const Greeter = contract({
  id: 'greeter',
  input: z.object({ greeting: z.string() }),
  context: z.object({ greeting: z.string(), greeted: z.array(z.string()) }),
  events: { GREET: { name: z.string() }, LEAVE: {} },
  output: z.object({ greeted: z.array(z.string()) }),
});

// A plain XState machine, typed by the contract.
const machine = setup({ types: Greeter.types }).createMachine({
  id: 'greeter',
  context: ({ input }) => ({ greeting: input.greeting, greeted: [] }),
  initial: 'open',
  states: {
    open: {
      on: {
        GREET: {
          actions: assign({
            greeted: ({ context, event }) => [...context.greeted, `${context.greeting}, ${event.name}!`],
          }),
        },
        LEAVE: 'closed',
      },
    },
    closed: { type: 'final' },
  },
  output: ({ context }) => ({ greeted: context.greeted }),
});

export const greeter = durable({ contract: Greeter, machine });

/** Runs the example against the nats-server at `servers`. */
export async function main({ servers }: { servers: string[] }): Promise<string[]> {
  const worker = await runWorker({ servers, actors: [greeter] });
  const client = await connect({ servers });

  const handle = await client.start(greeter, {
    id: 'reception',
    input: { greeting: 'Hello' },
    onConflict: 'replace',
  });
  await handle.send({ type: 'GREET', name: 'Ann' });
  await handle.ask({ type: 'GREET', name: 'Bob' }); // returns when it is committed
  console.log((await handle.snapshot()).context.greeted);

  await handle.send({ type: 'LEAVE' });
  const { greeted } = await handle.result();
  await client.close();
  await worker.stop();
  return greeted;
}
