/** A tree of actors that uses what XState offers between actors. For tests on a real server. */
import { appendFileSync } from 'node:fs';
import { assign, fromTransition, sendTo, setup, type AnyActorRef } from 'xstate';
import type { ActorDefinition } from '#runtime/actor-definition.ts';

type Work = { type: 'work'; n: number };

const counter = fromTransition(
  (state: { sum: number }, event: { type: 'add'; n: number }) => ({ sum: state.sum + event.n }),
  { sum: 0 },
);

/** Two levels below the root, known by its system id alone. */
const leafMachine = setup({
  types: { context: {} as { heard: number[] }, events: {} as { type: 'question'; n: number } },
}).createMachine({
  id: 'treeLeaf',
  context: { heard: [] },
  on: { question: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.n] }) } },
});

const middleMachine = setup({ actors: { leaf: leafMachine } }).createMachine({
  id: 'treeMiddle',
  invoke: { id: 'leaf', src: 'leaf', systemId: 'boss', onError: {} },
});

const askingMachine = setup({ types: { events: {} as Work } }).createMachine({
  id: 'treeAsking',
  on: {
    work: {
      actions: sendTo(
        ({ system }) => system.get('boss') as AnyActorRef,
        ({ event }) => ({ type: 'question', n: event.n }),
      ),
    },
  },
});

const rootMachine = setup({
  types: {
    context: {} as { file: string; sum: number },
    input: {} as { file: string },
    events: {} as Work,
  },
  actors: { counter, middle: middleMachine, asking: askingMachine },
  actions: {
    /** Runs after the commit, at least once. */
    write: (_, params: { file: string; n: number }) => appendFileSync(params.file, `${params.n}\n`),
  },
}).createMachine({
  id: 'tree',
  context: ({ input }) => ({ file: input.file, sum: 0 }),
  invoke: [
    {
      id: 'counter',
      src: 'counter',
      onSnapshot: { actions: assign({ sum: ({ event }) => event.snapshot.context.sum }) },
      onError: {},
    },
    { id: 'middle', src: 'middle', onError: {} },
    { id: 'asking', src: 'asking', onError: {} },
  ],
  on: {
    work: {
      actions: [
        sendTo('counter', ({ event }) => ({ type: 'add', n: event.n })),
        sendTo('asking', ({ event }) => event),
        { type: 'write', params: ({ context, event }) => ({ file: context.file, n: event.n }) },
      ],
    },
  },
});

const definition = (machine: ActorDefinition['machine']): ActorDefinition => ({
  type: machine.id,
  version: 1,
  machine,
  view: ({ context }) => context,
});

/** The counter, the middle and the asking actor are not among them: the root brings those along. */
export const treeDefinitions: readonly ActorDefinition[] = [definition(rootMachine), definition(leafMachine)];
