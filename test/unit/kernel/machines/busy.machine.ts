/** A machine with a bit of everything, for properties over random runs. */
import {
  assign,
  cancel,
  emit,
  enqueueActions,
  log,
  raise,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  type AnyActorRef,
} from 'xstate';
import { activity } from '#machines/support/activity.ts';
import { durableActor } from '#machines/support/durable-actor.ts';
import { stepTimeMs } from '#machines/support/step-time.ts';

/** Events that a random run sends; some are known nowhere, some break the machine. */
export const BUSY_EVENTS = [
  'next',
  'back',
  'toHistory',
  'deep',
  'ping',
  'spawn',
  'spawnRef',
  'tell',
  'drop',
  'ring',
  'unring',
  'note',
  'selfish',
  'unknown',
  'boom',
] as const;

type BusyEvent = {
  type: (typeof BUSY_EVENTS)[number] | 'xstate.done.actor.kid' | 'xstate.error.actor.kid';
  n: number;
};

type Context = {
  log: string[];
  seen: Date | null;
  maybe: number | undefined;
  ref: AnyActorRef | null;
  spawned: number;
};

const machine = setup({
  types: { context: {} as Context, events: {} as BusyEvent },
  actors: {
    work: activity<number, { n: number }>('work', {
      retry: { initialMs: 700, attemptsMax: 3 },
      scheduleToCloseMs: 9_000,
    }),
    child: durableActor<number, { n: number }>({ type: 'child' }),
  },
  actions: {
    note: assign(({ context }, text: string) => ({ log: [...context.log, text].slice(-20) })),
  },
  guards: {
    talkative: ({ context }) => context.log.length > 6,
    odd: ({ event }) => event.n % 2 === 1,
    many: ({ context }) => context.log.length > 12,
  },
  delays: { dynamic: ({ context }) => 500 + context.log.length * 10 },
}).createMachine({
  id: 'busy',
  type: 'parallel',
  context: { log: [], seen: null, maybe: undefined, ref: null, spawned: 0 },
  on: {
    ping: {
      actions: [
        { type: 'note', params: 'ping' },
        emit(({ event }) => ({ type: 'pong', n: event.n })),
        log('pinged'),
      ],
    },
    note: {
      actions: assign({
        seen: ({ system }) => new Date(stepTimeMs({ system })),
        maybe: ({ event }) => (event.n > 5 ? event.n : undefined),
      }),
    },
    spawn: {
      actions: spawnChild('child', { id: 'kid', input: ({ event }) => ({ n: event.n }) }),
    },
    spawnRef: {
      actions: assign({
        ref: ({ spawn, context, event }) =>
          spawn('child', { id: `ref${context.spawned % 3}`, input: { n: event.n } }),
        spawned: ({ context }) => context.spawned + 1,
      }),
    },
    tell: {
      actions: enqueueActions(({ context, enqueue }) => {
        if (context.ref !== null) enqueue.sendTo(context.ref, { type: 'told' });
        enqueue({ type: 'note', params: 'tell' });
      }),
    },
    drop: { actions: [stopChild('kid'), stopChild('ref1')] },
    ring: {
      actions: raise(({ event }) => ({ type: 'note' as const, n: event.n }), { id: 'ring', delay: 1_500 }),
    },
    unring: { actions: cancel('ring') },
    selfish: {
      actions: sendTo(({ self }) => self, { type: 'note', n: 7 }),
    },
    boom: {
      guard: 'talkative',
      actions: assign(() => {
        throw new Error('boom');
      }),
    },
    'xstate.done.actor.kid': { actions: { type: 'note', params: 'kid done' } },
    'xstate.error.actor.*': { actions: { type: 'note', params: 'child failed' } },
  },
  states: {
    left: {
      initial: 'a',
      onDone: { actions: raise({ type: 'ping', n: 0 }) },
      states: {
        a: {
          on: { next: { guard: 'odd', target: 'b' } },
          always: { guard: 'many', target: 'b', actions: { type: 'note', params: 'many' } },
        },
        b: {
          initial: 'b1',
          after: { 2_000: { target: 'a', actions: { type: 'note', params: 'slow' } } },
          on: { back: 'a' },
          states: {
            b1: { on: { next: 'b2' }, entry: { type: 'note', params: 'b1' } },
            b2: { exit: { type: 'note', params: 'left b2' }, on: { deep: 'b1' } },
            past: { type: 'history' },
          },
        },
      },
    },
    right: {
      initial: 'idle',
      states: {
        idle: { on: { next: 'working', toHistory: 'resting.x.hist' }, after: { dynamic: 'working' } },
        working: {
          invoke: {
            id: 'work',
            src: 'work',
            input: ({ event }) => ({ n: event.n }),
            onDone: { target: 'resting', actions: { type: 'note', params: 'worked' } },
            onError: { target: 'idle', actions: { type: 'note', params: 'work failed' } },
          },
          on: { back: 'idle', deep: { target: 'working', reenter: true } },
        },
        resting: {
          type: 'parallel',
          on: { back: 'idle' },
          states: {
            x: { initial: 'x1', states: { x1: { on: { next: 'x2' } }, x2: {}, hist: { type: 'history' } } },
            y: {
              initial: 'y1',
              states: { y1: { on: { toHistory: 'y2' } }, y2: { always: { guard: 'many', target: 'y1' } } },
            },
          },
        },
      },
    },
  },
});

export const busy = { type: 'busy', version: 1, machine };
