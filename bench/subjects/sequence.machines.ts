/** The workflows of the benchmark as machines, and their activities. */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { assign, setup, type AnyStateMachine } from 'xstate';
import type { Activity, ActivityContext } from '#runtime/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { activity } from '#machines/support/activity.ts';
import { durableActor } from '#machines/support/durable-actor.ts';
import { ACTIVITIES_PER_WORKFLOW, FLAKY_SHARE, SLOW_ACTIVITY_MS } from '../subject.ts';

const OPERATIONS = 6;
const ACTIVITIES_PER_OPERATION = 4;
const RING_STATES = 10;
const HOUR_MS = 3_600_000;

type Context = { id: string; log?: string };
type StepInput = Context & { step: number };

/** `steps` calls of one activity, one after the other. */
function sequence(id: string, { name, steps }: { name: string; steps: number }): AnyStateMachine {
  const states = Object.fromEntries(
    Array.from({ length: steps }, (_, step) => [
      `step${step}`,
      {
        invoke: {
          src: 'call' as const,
          input: ({ context }: { context: Context }) => ({ ...context, step }),
          onDone: step + 1 < steps ? `step${step + 1}` : 'done',
        },
      },
    ]),
  );
  return setup({
    types: { context: {} as Context, input: {} as Context },
    actors: { call: activity<number, StepInput>(name) },
  }).createMachine({
    id,
    context: ({ input }) => input ?? { id },
    initial: 'step0',
    states: { ...states, done: { type: 'final' } },
  });
}

const parent = setup({
  actors: { operation: durableActor<unknown, Context>({ type: 'operation' }) },
}).createMachine({
  id: 'parent',
  initial: 'operation0',
  states: {
    ...Object.fromEntries(
      Array.from({ length: OPERATIONS }, (_, index) => [
        `operation${index}`,
        {
          invoke: {
            id: `operation${index}`,
            src: 'operation' as const,
            input: { id: `operation${index}` },
            onDone: index + 1 < OPERATIONS ? `operation${index + 1}` : 'done',
          },
        },
      ]),
    ),
    done: { type: 'final' },
  },
});

const sleeper = setup({}).createMachine({
  id: 'sleeper',
  initial: 'asleep',
  states: { asleep: { after: { [HOUR_MS]: 'done' } }, done: { type: 'final' } },
});

const ring = setup({ types: { context: {} as { n: number }, events: {} as { type: 'NEXT' } } }).createMachine(
  {
    id: 'ring',
    initial: 's0',
    context: { n: 0 },
    states: Object.fromEntries(
      Array.from({ length: RING_STATES }, (_, index) => [
        `s${index}`,
        {
          on: {
            NEXT: {
              target: `s${(index + 1) % RING_STATES}`,
              actions: assign({ n: ({ context }: { context: { n: number } }) => context.n + 1 }),
            },
          },
        },
      ]),
    ),
  },
);

export const workflowDefinitions: ActorDefinition[] = [
  { type: 'short', version: 1, machine: sequence('short', { name: 'noop', steps: ACTIVITIES_PER_WORKFLOW }) },
  { type: 'slow', version: 1, machine: sequence('slow', { name: 'slow', steps: ACTIVITIES_PER_WORKFLOW }) },
  {
    type: 'flaky',
    version: 1,
    machine: sequence('flaky', { name: 'flaky', steps: ACTIVITIES_PER_WORKFLOW }),
  },
  {
    type: 'operation',
    version: 1,
    machine: sequence('operation', { name: 'millisecond', steps: ACTIVITIES_PER_OPERATION }),
  },
  { type: 'parent', version: 1, machine: parent },
  { type: 'sleeper', version: 1, machine: sleeper },
  { type: 'ring', version: 1, machine: ring },
];

export const workflowActivities: Record<string, Activity> = {
  noop: async () => 1,
  millisecond: async () => {
    await sleep(1);
    return 1;
  },
  slow: async (input: StepInput, _context: ActivityContext) => {
    const note = (mark: string): void =>
      appendFileSync(input.log ?? '', `${mark} ${input.id} ${input.step} ${process.pid} ${Date.now()}\n`);
    note('S');
    await sleep(SLOW_ACTIVITY_MS);
    note('E');
    return 1;
  },
  flaky: async () => {
    if (Math.random() < FLAKY_SHARE) throw new Error('transient 503');
    return 1;
  },
};
