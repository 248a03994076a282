/** Child machines are actors of their own, on whichever worker owns them. `npm run example -- 06` */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { activity } from 'windlass/activity';
import { connect } from 'windlass/client';
import { contract } from 'windlass/contract';
import { durable } from 'windlass/durable';
import { runWorker } from 'windlass/worker';

const Dish = contract({
  id: 'dish',
  input: z.object({ name: z.string() }),
  context: z.object({ name: z.string() }),
  events: {},
  output: z.object({ served: z.string() }),
});

const cook = activity('cook', { input: z.object({ name: z.string() }) });

const dish = durable({
  contract: Dish,
  machine: setup({ types: Dish.types, actors: { cook } }).createMachine({
    id: 'dish',
    context: ({ input }) => input,
    initial: 'cooking',
    states: {
      cooking: { invoke: { src: 'cook', input: ({ context }) => context, onDone: 'ready' } },
      ready: { type: 'final' },
    },
    output: ({ context }) => ({ served: context.name }),
  }),
});

const Dinner = contract({
  id: 'dinner',
  context: z.object({ served: z.array(z.string()) }),
  events: {},
  output: z.object({ served: z.array(z.string()) }),
});

// The parent invokes the child's machine; both courses cook at the same time. Activities of children come along.
const machine = setup({ types: Dinner.types, actors: { dish: dish.machine } }).createMachine({
  id: 'dinner',
  context: { served: [] },
  type: 'parallel',
  states: {
    soup: {
      initial: 'cooking',
      states: {
        cooking: {
          invoke: {
            id: 'soup',
            src: 'dish',
            input: { name: 'soup' },
            onDone: {
              target: 'done',
              actions: assign({ served: ({ context, event }) => [...context.served, event.output.served] }),
            },
          },
        },
        done: { type: 'final' },
      },
    },
    roast: {
      initial: 'cooking',
      states: {
        cooking: {
          invoke: {
            id: 'roast',
            src: 'dish',
            input: { name: 'roast' },
            onDone: {
              target: 'done',
              actions: assign({ served: ({ context, event }) => [...context.served, event.output.served] }),
            },
          },
        },
        done: { type: 'final' },
      },
    },
  },
  output: ({ context }) => ({ served: context.served }),
});

export const dinner = durable({ contract: Dinner, machine });

export async function main({ servers }: { servers: string[] }): Promise<string[]> {
  const worker = await runWorker({
    servers,
    // The child could be left out: it comes with its parent. Given here, its contract is checked too.
    actors: [dinner, dish],
    activities: { cook: async ({ name }) => console.log(`${name} is cooked`) },
  });
  const client = await connect({ servers });
  const handle = await client.start(dinner, { id: 'tonight', onConflict: 'replace' });
  const { served } = await handle.result();
  await client.close();
  await worker.stop();
  return served.toSorted();
}
