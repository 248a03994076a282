/** Actors with one activity each, for tests of activities with real processes. */
import { assign, setup } from 'xstate';
import type { Json } from '#contracts/json.ts';
import type { ActivityOptionsInput } from '#contracts/retry-policy.ts';
import { activity } from '#machines/support/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';

const once = { attemptsMax: 1 } as const;

/** Options and queue of the activity, by actor type; the activity has the name of the type. */
export const WORK = {
  unserved: { queue: 'nobody', options: { retry: once, scheduleToStartMs: 1_500 } },
  overdue: { queue: 'nobody', options: { retry: once, scheduleToCloseMs: 1_500 } },
  begun: { queue: 'work', options: { retry: once, scheduleToStartMs: 20_000 } },
  slow: { queue: 'work', options: { retry: once, startToCloseMs: 700, cancelGraceMs: 200 } },
  silent: { queue: 'work', options: { retry: once, heartbeatMs: 700, cancelGraceMs: 200 } },
  counting: { queue: 'work', options: { retry: once, heartbeatMs: 8_000 } },
  asking: { queue: 'work', options: { retry: { initialMs: 200, jitter: 0 }, startToCloseMs: 600_000 } },
  hasty: { queue: 'work', options: { retry: { initialMs: 200, jitter: 0 }, startToCloseMs: 1_500 } },
  limited: { queue: 'limited', options: {} },
  rated: { queue: 'rated', options: { startToCloseMs: 1_000 } },
} as const satisfies Record<string, { queue: string; options: ActivityOptionsInput }>;

export type WorkType = keyof typeof WORK;

type Context = { input: Json; result: unknown };

function workDefinition(type: WorkType): ActorDefinition {
  const { queue, options } = WORK[type];
  const machine = setup({
    types: { context: {} as Context, input: {} as Json },
    actors: { work: activity<Json, Json>(type, { ...options, queue: () => queue }) },
  }).createMachine({
    id: type,
    context: ({ input }) => ({ input, result: null }),
    initial: 'working',
    states: {
      working: {
        invoke: {
          id: 'work',
          src: 'work',
          input: ({ context }) => context.input,
          onDone: { target: 'ended', actions: assign({ result: ({ event }) => event.output }) },
          onError: { target: 'ended', actions: assign({ result: ({ event }) => event.error }) },
        },
      },
      ended: { type: 'final' },
    },
  });
  return { type, version: 1, machine, view: ({ context }: { context: Context }) => context.result };
}

/** Makes a report that is too large for any message, and has another activity read it. */
const reportMachine = setup({
  types: { context: {} as { result: unknown } },
  actors: {
    report: activity<string[], { rows: number }>('report', {
      largeOutput: true,
      queue: () => 'work',
    }),
    measure: activity<number, Json>('measure', { queue: () => 'work' }),
  },
}).createMachine({
  id: 'reporting',
  context: { result: null },
  initial: 'making',
  states: {
    making: {
      invoke: {
        id: 'report',
        src: 'report',
        input: { rows: 100_000 },
        onDone: { target: 'measuring', actions: assign({ result: ({ event }) => event.output }) },
        onError: { target: 'ended', actions: assign({ result: ({ event }) => event.error }) },
      },
    },
    measuring: {
      invoke: {
        id: 'measure',
        src: 'measure',
        input: ({ context }) => ({ nested: [context.result as Json] }),
        onDone: {
          target: 'ended',
          actions: assign({
            result: ({ context, event }) => ({ reference: context.result, rows: event.output }),
          }),
        },
        onError: { target: 'ended', actions: assign({ result: ({ event }) => event.error }) },
      },
    },
    ended: { type: 'final' },
  },
});

export const workDefinitions: readonly ActorDefinition[] = [
  ...(Object.keys(WORK) as WorkType[]).map(workDefinition),
  {
    type: 'reporting',
    version: 1,
    machine: reportMachine,
    view: ({ context }: { context: { result: unknown } }) => context.result,
  },
];
