/**
 * A trip exercises what is hard about an actor in a few seconds: children that are given up and started again under
 * the same id, activities that are left and entered again, attempts that run out, deadlines, timers that are moved,
 * and numbered news to another actor. What it learns in the wrong visit it counts in its context.
 */
import { assign, setup } from 'xstate';
import type { Address } from '#contracts/address.ts';
import { activity } from '#machines/support/activity.ts';
import { remoteActor } from '#machines/support/remote-actor.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';

export type TripInput = { tally: Address; legMs: number; patienceMs: number; rounds: number };
export type Nap = { round: number; isSecond: boolean };

type TripContext = TripInput & {
  round: number;
  landed: number;
  gaveUp: number;
  /** Results of another visit that were taken for this one's. */
  wrongNaps: number;
  wrongLegs: number;
  brittleFailures: number;
  /** Codes of what ended the activity that never ends. */
  endings: string[];
  sent: number;
};

export const BRITTLE_ATTEMPTS = 3;
export const ENDLESS_MS = 3_000;
const NAP_PATIENCE_MS = 350;

const legMachine = setup({
  types: {
    context: {} as { legMs: number },
    input: {} as { legMs: number },
    output: {} as { legMs: number },
  },
  delays: { leg: ({ context }) => context.legMs },
}).createMachine({
  id: 'leg',
  context: ({ input }) => input,
  initial: 'flying',
  states: { flying: { after: { leg: 'landed' } }, landed: { type: 'final' } },
  output: ({ context }) => ({ legMs: context.legMs }),
});

const tripSetup = setup({
  types: { context: {} as TripContext, input: {} as TripInput },
  actors: {
    leg: legMachine,
    nap: activity<Nap, Nap>('nap', { retry: { initialMs: 100, jitter: 0 } }),
    brittle: activity<null, { round: number }>('brittle', {
      retry: { initialMs: 200, factor: 1, jitter: 0, attemptsMax: BRITTLE_ATTEMPTS },
    }),
    endless: activity<null, { round: number }>('endless', { scheduleToCloseMs: ENDLESS_MS }),
  },
  delays: { patience: ({ context }) => context.patienceMs },
  guards: { isMore: ({ context }) => context.round < context.rounds },
});

/** Numbered from 1 for each sender: a gap, a repetition and a swap all show. */
const tell = tripSetup.sendTo(
  ({ context }) => remoteActor(context.tally),
  ({ context, self }) => ({
    type: 'NEWS',
    sender: self.id,
    number: context.sent,
  }),
);
const count = tripSetup.assign({ sent: ({ context }) => context.sent + 1 });

const tripMachine = tripSetup.createMachine({
  id: 'trip',
  context: ({ input }) => ({
    ...input,
    round: 1,
    landed: 0,
    gaveUp: 0,
    wrongNaps: 0,
    wrongLegs: 0,
    brittleFailures: 0,
    endings: [],
    sent: 0,
  }),
  initial: 'flying',
  states: {
    flying: {
      entry: [count, tell],
      invoke: {
        id: 'leg',
        src: 'leg',
        input: ({ context }) => ({ legMs: context.legMs }),
        onDone: {
          target: 'napping',
          actions: assign(({ context, event }) => landed(context, event.output, context.legMs)),
        },
      },
      after: {
        patience: {
          target: 'flyingAgain',
          actions: assign({ gaveUp: ({ context }) => context.gaveUp + 1 }),
        },
      },
    },
    // The child of the same id that was left may land any moment now: its end is none of this one's.
    flyingAgain: {
      invoke: {
        id: 'leg',
        src: 'leg',
        input: ({ context }) => ({ legMs: context.legMs + 1 }),
        onDone: {
          target: 'napping',
          actions: assign(({ context, event }) => landed(context, event.output, context.legMs + 1)),
        },
      },
    },
    napping: {
      entry: [count, tell],
      invoke: {
        id: 'nap',
        src: 'nap',
        input: ({ context }) => ({ round: context.round, isSecond: false }),
        onDone: {
          target: 'trying',
          actions: assign({ wrongNaps: ({ context, event }) => wrong(context, event.output, false) }),
        },
      },
      after: { [NAP_PATIENCE_MS]: 'nappingAgain' },
    },
    nappingAgain: {
      invoke: {
        id: 'nap',
        src: 'nap',
        input: ({ context }) => ({ round: context.round, isSecond: true }),
        onDone: {
          target: 'trying',
          actions: assign({ wrongNaps: ({ context, event }) => wrong(context, event.output, true) }),
        },
      },
    },
    trying: {
      entry: [count, tell, count, tell],
      invoke: {
        id: 'brittle',
        src: 'brittle',
        input: ({ context }) => ({ round: context.round }),
        onError: {
          target: 'waiting',
          actions: assign({ brittleFailures: ({ context }) => context.brittleFailures + 1 }),
        },
      },
    },
    waiting: {
      invoke: {
        id: 'endless',
        src: 'endless',
        input: ({ context }) => ({ round: context.round }),
        onError: [
          {
            guard: 'isMore',
            target: 'flying',
            actions: [assign(ended), assign({ round: ({ context }) => context.round + 1 })],
          },
          { target: 'over', actions: assign(ended) },
        ],
      },
    },
    over: { type: 'final', entry: [count, tell] },
  },
});

function landed(context: TripContext, leg: { legMs: number }, wanted: number): Partial<TripContext> {
  return {
    landed: context.landed + 1,
    wrongLegs: context.wrongLegs + (leg.legMs === wanted ? 0 : 1),
  };
}

function wrong(context: TripContext, nap: Nap, isSecond: boolean): number {
  return context.wrongNaps + (nap.round === context.round && nap.isSecond === isSecond ? 0 : 1);
}

function ended({ context, event }: { context: TripContext; event: unknown }): Partial<TripContext> {
  const { error } = event as { error?: { code?: string } };
  return { endings: [...context.endings, error?.code ?? 'none'] };
}

type Tally = { last: Record<string, number>; wrong: number };

const tallyMachine = setup({
  types: { context: {} as Tally, events: {} as { type: 'NEWS'; sender: string; number: number } },
}).createMachine({
  id: 'tally',
  context: { last: {}, wrong: 0 },
  initial: 'open',
  states: {
    open: {
      on: {
        NEWS: {
          actions: assign(({ context, event }) => ({
            last: { ...context.last, [event.sender]: event.number },
            wrong: context.wrong + ((context.last[event.sender] ?? 0) + 1 === event.number ? 0 : 1),
          })),
        },
      },
    },
  },
});

/** News of one trip of so many rounds. */
export function newsOf(rounds: number): number {
  return 4 * rounds + 1;
}

export const tripDefinitions: readonly ActorDefinition[] = [
  { type: 'trip', version: 1, machine: tripMachine },
  { type: 'leg', version: 1, machine: legMachine },
  { type: 'tally', version: 1, machine: tallyMachine, startOnEvent: true },
];
