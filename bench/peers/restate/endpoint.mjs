/**
 * The benchmark's workflows as a user of Restate would write them: `PORT=9080 node endpoint.mjs`.
 *
 * Plain JavaScript, in a package of its own: nothing of the project depends on Restate.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as restate from '@restatedev/restate-sdk';
import { xstate } from '@restatedev/xstate';
import { fromPromise } from '@restatedev/xstate/promise';
import { assign, setup } from 'xstate';

const FLAKY_SHARE = 0.04;
const SLOW_ACTIVITY_MS = 200;
const HOUR_MS = 3_600_000;

const noop = async () => 1;
const millisecond = async () => {
  await sleep(1);
  return 1;
};
const slow = async (input, step) => {
  const note = (mark) =>
    appendFileSync(input.log, `${mark} ${input.id} ${step} ${process.pid} ${Date.now()}\n`);
  note('S');
  await sleep(SLOW_ACTIVITY_MS);
  note('E');
  return 1;
};
const flaky = async () => {
  if (Math.random() < FLAKY_SHARE) throw new Error('transient 503');
  return 1;
};

/** `steps` activities, one after the other. */
async function sequence(ctx, steps, act) {
  let sum = 0;
  for (let step = 0; step < steps; step += 1) sum += await ctx.run(`step${step}`, () => act(step));
  return sum;
}

const entity = restate.object({
  name: 'entity',
  handlers: {
    event: async (ctx) => {
      const count = ((await ctx.get('count')) ?? 0) + 1;
      ctx.set('count', count);
      return count;
    },
  },
});
const workflow = (name, run) => restate.workflow({ name, handlers: { run } });
const operation = restate.service({
  name: 'operation',
  handlers: { run: (ctx) => sequence(ctx, 4, millisecond) },
});
const workflows = [
  workflow('short', (ctx) => sequence(ctx, 5, noop)),
  workflow('slow', (ctx, input) => sequence(ctx, 5, (step) => slow(input, step))),
  workflow('flaky', (ctx) => sequence(ctx, 5, flaky)),
  workflow('parent', async (ctx) => {
    let sum = 0;
    for (let index = 0; index < 6; index += 1) sum += await ctx.serviceClient(operation).run(index);
    return sum;
  }),
  workflow('sleeper', async (ctx) => {
    await ctx.sleep(HOUR_MS);
    return 1;
  }),
];

/** The same as machines: each activity is a promise actor of the integration, by its default settings. */
function machineSequence(id, steps, act) {
  const states = Object.fromEntries(
    Array.from({ length: steps }, (_, step) => [
      `step${step}`,
      {
        invoke: {
          src: 'call',
          input: ({ context }) => ({ ...context, step }),
          onDone: step + 1 < steps ? `step${step + 1}` : 'done',
          onError: 'failed',
        },
      },
    ]),
  );
  return setup({ actors: { call: fromPromise(({ input }) => act(input, input.step)) } }).createMachine({
    id,
    context: ({ input }) => ({ ...input }),
    initial: 'step0',
    states: { ...states, done: { type: 'final' }, failed: { type: 'final' } },
  });
}
const machineOperation = machineSequence('machine-operation', 4, millisecond);
const machineParent = setup({ actors: { operation: machineOperation } }).createMachine({
  id: 'machine-parent',
  initial: 'operation0',
  states: {
    ...Object.fromEntries(
      Array.from({ length: 6 }, (_, index) => [
        `operation${index}`,
        { invoke: { src: 'operation', input: {}, onDone: index < 5 ? `operation${index + 1}` : 'done' } },
      ]),
    ),
    done: { type: 'final' },
  },
});
const ring = setup({ actions: { count: assign({ n: ({ context }) => context.n + 1 }) } }).createMachine({
  id: 'ring',
  initial: 's0',
  context: { n: 0 },
  states: Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [
      `s${index}`,
      { on: { NEXT: { target: `s${(index + 1) % 10}`, actions: 'count' } } },
    ]),
  ),
});
const machines = [
  xstate('ring', ring),
  xstate('machine-short', machineSequence('machine-short', 5, noop)),
  xstate('machine-slow', machineSequence('machine-slow', 5, slow)),
  xstate('machine-flaky', machineSequence('machine-flaky', 5, flaky)),
  xstate('machine-parent', machineParent),
];

await restate.serve({
  services: [entity, operation, ...workflows, ...machines],
  port: Number(process.env.PORT),
  logger: () => undefined,
});
