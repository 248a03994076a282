/** A parent with children of every kind, and a child, for the tests of births, fences and trees. */
import {
  assign,
  enqueueActions,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  type AnyActorRef,
} from 'xstate';
import { activity } from '#machines/support/activity.ts';
import { durableActor } from '#machines/support/durable-actor.ts';

type ParentEvent =
  | {
      type:
        | 'leave'
        | 'enter'
        | 'again'
        | 'spawn'
        | 'spawnInAssign'
        | 'drop'
        | 'poke'
        | 'pokeRef'
        | 'spawnBoth';
    }
  | { type: 'note'; text: string };

const parentMachine = setup({
  types: {
    context: {} as { results: unknown[]; notes: string[]; ref: AnyActorRef | null },
    events: {} as ParentEvent,
  },
  actors: {
    operation: durableActor<string, { operation: string }>({
      service: 'clouddriver',
      type: (input) => input.operation,
    }),
    worker: durableActor<string, { n: number }>({ type: 'worker' }),
    probe: activity<string, void>('probe'),
  },
  actions: {
    keep: assign({
      results: ({ context, event }) => [...context.results, (event as { output?: unknown }).output ?? null],
    }),
  },
}).createMachine({
  id: 'parent',
  context: { results: [], notes: [], ref: null },
  initial: 'idle',
  on: {
    note: { actions: assign({ notes: ({ context, event }) => [...context.notes, event.text] }) },
    spawn: { actions: spawnChild('worker', { id: 'w', input: { n: 1 } }) },
    spawnInAssign: {
      actions: assign({
        ref: ({ spawn }) => spawn('worker', { id: 'w', input: { n: 2 }, systemId: 'theWorker' }),
      }),
    },
    spawnBoth: {
      actions: [
        spawnChild('worker', { id: 'w', input: { n: 3 } }),
        sendTo('w', { type: 'first' }),
        spawnChild('worker', { id: 'x', input: { n: 4 } }),
        enqueueActions(({ enqueue }) => {
          enqueue.sendTo('x', { type: 'second' });
        }),
      ],
    },
    drop: { actions: stopChild('w') },
    poke: { actions: sendTo('w', { type: 'poked' }) },
    pokeRef: { actions: sendTo(({ context }) => context.ref as AnyActorRef, { type: 'poked' }) },
    'xstate.done.actor.w': { actions: 'keep' },
    'xstate.error.actor.w': { actions: assign({ notes: ({ context }) => [...context.notes, 'w failed'] }) },
  } as never,
  states: {
    idle: { on: { enter: 'operating' } },
    operating: {
      on: { leave: 'idle', again: { target: 'operating', reenter: true } },
      invoke: {
        id: 'operation',
        src: 'operation',
        input: { operation: 'resizeServerGroup' },
        onDone: { target: 'idle', actions: 'keep' },
        onError: { target: 'failed' },
      },
    },
    failed: {},
  },
});
/** Invokes an operation elsewhere, spawns workers. */
export const parent = { type: 'parent', version: 1, machine: parentMachine };

export const workerMachine = setup({
  types: {
    context: {} as { n: number },
    input: {} as { n: number },
    events: {} as { type: 'poked' | 'finish' | 'break' },
  },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ n: input.n }),
  initial: 'working',
  states: {
    working: {
      on: {
        poked: { actions: sendParent(({ context }) => ({ type: 'note', text: `poked ${context.n}` })) },
        finish: 'finished',
        break: {
          actions: assign(() => {
            throw new Error('boom');
          }),
        },
      },
    },
    finished: { type: 'final' },
  },
  output: ({ context }) => context.n * 10,
});
/** Answers when poked; ends on request with ten times its number. */
export const worker = { type: 'worker', version: 1, machine: workerMachine };
