/**
 * One actor type in three versions: it counts numbered events and notices every gap, repetition and swap, while a timer
 * ticks and an activity is called over and over. For tests of versions.
 */
import { assign, createMachine, type AnyStateMachine } from 'xstate';
import { z } from 'zod';
import { activity } from '#machines/support/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { migration } from '#runtime/migration.ts';

type Note = { type: 'NOTE'; n: number };
const TICK_MS = 300;
const REST_MS = 200;

const weigh = activity<number, { weighed: number }>('weigh', { retry: { initialMs: 100, jitter: 0 } });
const stamp = activity<string, undefined>('stamp', { retry: { initialMs: 100, jitter: 0 } });

const First = z.strictObject({
  last: z.number().int(),
  faults: z.number().int(),
  ticks: z.number().int(),
  weighed: z.number().int(),
});
const Second = z.strictObject({
  heard: z.number().int(),
  faults: z.number().int(),
  ticks: z.number().int(),
  weighed: z.number().int(),
  movedAtWeight: z.number().int().optional(),
});
const Third = Second.extend({ stamped: z.string().nullable() });
type First = z.infer<typeof First>;
type Second = z.infer<typeof Second>;
type Third = z.infer<typeof Third>;

type Counts = { faults: number; ticks: number; weighed: number };
type Noted = { context: Counts; event: Note };

/** What all versions have: a tick in a state's own time, and an activity over and over. */
function clockAndWork(tickMs: number) {
  return {
    clock: {
      initial: 'ticking',
      states: {
        ticking: {
          after: {
            [tickMs]: {
              target: 'ticking',
              reenter: true,
              actions: assign(({ context }: { context: Counts }) => ({ ticks: context.ticks + 1 })),
            },
          },
        },
      },
    },
    work: {
      initial: 'weighing',
      states: {
        weighing: {
          invoke: {
            id: 'weigh',
            src: 'weigh',
            input: ({ context }: { context: Counts }) => ({ weighed: context.weighed }),
            onDone: {
              target: 'resting',
              actions: assign(({ event }: { event: { output: number } }) => ({ weighed: event.output })),
            },
          },
        },
        resting: { after: { [REST_MS]: 'weighing' } },
      },
    },
  };
}

/** Notes each number, and that it did not follow the one before. */
function counting(state: string, field: 'last' | 'heard', more: object = {}) {
  const note = assign(({ context, event }: Noted) => ({
    [field]: event.n,
    faults:
      context.faults + (event.n === ((context as Counts & Record<string, number>)[field] ?? 0) + 1 ? 0 : 1),
  }));
  return { counting: { initial: state, states: { [state]: { on: { NOTE: { actions: note }, ...more } } } } };
}

function machineOf(context: object, states: object): AnyStateMachine {
  const config = { id: 'parcel', type: 'parallel', context, states };
  return createMachine(config as never, { actors: { weigh, stamp } });
}

function firstMachine(state: 'listening' | 'awake', more: object = {}): AnyStateMachine {
  const context: First = { last: 0, faults: 0, ticks: 0, weighed: 0 };
  return machineOf(context, { ...counting(state, 'last', more), ...clockAndWork(TICK_MS) });
}

// Another delay than before: an actor that is moved lacks this timer and has one too many.
const laterStates = { ...counting('hearing', 'heard'), ...clockAndWork(TICK_MS + 50) };

function secondMachine(): AnyStateMachine {
  const context: Second = { heard: 0, faults: 0, ticks: 0, weighed: 0 };
  return machineOf(context, laterStates);
}

function thirdMachine(): AnyStateMachine {
  const context: Third = { heard: 0, faults: 0, ticks: 0, weighed: 0, stamped: null };
  const done = assign(({ event }: { event: { output: string } }) => ({ stamped: event.output }));
  const stamping = { invoke: { id: 'stamp', src: 'stamp', onDone: { target: 'stamped', actions: done } } };
  return machineOf(context, {
    ...laterStates,
    post: { initial: 'stamping', states: { stamping, stamped: {} } },
  });
}

const Work = z.enum(['weighing', 'resting']);
const FirstSnapshot = z.object({
  value: z.strictObject({ counting: z.literal('listening'), clock: z.literal('ticking'), work: Work }),
  context: First,
});
const SecondSnapshot = z.object({
  value: z.strictObject({ counting: z.literal('hearing'), clock: z.literal('ticking'), work: Work }),
  context: Second,
});
const ThirdSnapshot = z.object({
  value: SecondSnapshot.shape.value.extend({ post: z.enum(['stamping', 'stamped']) }),
  context: Third,
});

export const firstToSecond = migration({
  from: FirstSnapshot,
  to: SecondSnapshot,
  migrate: ({ value, context: { last, ...rest } }) => ({
    value: { ...value, counting: 'hearing' as const },
    context: { ...rest, heard: last, movedAtWeight: rest.weighed },
  }),
});

export const secondToThird = migration({
  from: SecondSnapshot,
  to: ThirdSnapshot,
  migrate: ({ value, context }) => ({
    value: { ...value, post: 'stamping' as const },
    context: { ...context, stamped: null },
  }),
});

const checkedBy = (schema: z.ZodType) => (context: unknown) => {
  const { success, data, error } = schema.safeParse(context);
  return success
    ? { value: data }
    : { problem: `context.${error.issues.map(({ path }) => path.join('.')).join()}` };
};

const common = { type: 'parcel', startOnEvent: true } as const;

export const parcelFirst: ActorDefinition = {
  ...common,
  version: 1,
  machine: firstMachine('listening'),
  view: ({ context }: { context: First }) => ({ version: 1, ...context }),
};

/** The same version, changed so that every actor of it can go on. */
export const parcelFirstExtended: ActorDefinition = {
  ...parcelFirst,
  machine: firstMachine('listening', { PING: {} }),
};

/** The same version, changed so that no actor of it can go on. */
export const parcelFirstBroken: ActorDefinition = { ...parcelFirst, machine: firstMachine('awake') };

export const parcelSecond: ActorDefinition = {
  ...common,
  version: 2,
  machine: secondMachine(),
  view: ({ context: { heard, ...context } }: { context: Second }) => ({
    version: 2,
    last: heard,
    ...context,
  }),
  checks: { context: checkedBy(Second) },
  migrations: { 1: firstToSecond },
};

export const parcelThird: ActorDefinition = {
  ...common,
  version: 3,
  machine: thirdMachine(),
  view: ({ context: { heard, ...context } }: { context: Third }) => ({ version: 3, last: heard, ...context }),
  checks: { context: checkedBy(Third) },
  migrations: { 1: firstToSecond, 2: secondToThird },
};
