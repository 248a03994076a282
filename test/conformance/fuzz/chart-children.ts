/** What random statecharts start and talk to: machines, a reducer, and the actions that reach them. */
import {
  assign,
  enqueueActions,
  fromTransition,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  type AnyActorRef,
} from 'xstate';
import type { SpawnedId } from './chart-spec.ts';

/** Answers pings, ends or fails on request: never by itself, so that at most one of its events is under way. */
export const kid = setup({
  types: { context: {} as { pings: number }, events: {} as { type: 'ping' | 'finish' | 'fail' } },
}).createMachine({
  id: 'kid',
  context: { pings: 0 },
  initial: 'on',
  states: {
    on: {
      on: {
        ping: {
          actions: [
            assign({ pings: ({ context }) => context.pings + 1 }),
            sendParent(({ context }) => ({ type: 'd', pings: context.pings })),
          ],
        },
        finish: 'off',
        fail: {
          actions: assign(() => {
            throw new Error('the child failed');
          }),
        },
      },
    },
    off: { type: 'final' },
  },
  output: ({ context }) => context.pings,
});

/** Counts what it is told, and tells nobody. */
export const sum = fromTransition(
  (state: { count: number }, event: { type: string }) => ({
    count: state.count + (event.type === 'ping' ? 1 : 0),
  }),
  { count: 0 },
);

type Arguments = { context: { fuel: number } };
type Children = Readonly<Record<string, AnyActorRef | undefined>>;

/** Whether a child takes pings: a promise takes nothing. */
export const isPinged = (id: string): boolean => !id.startsWith('work');

/** Those from before the transition: some of them may have gone by now. */
function childrenOf(self: { getSnapshot: () => unknown }): Children {
  return (self.getSnapshot() as { children?: Children } | undefined)?.children ?? {};
}

/** To the children from before this transition: some of them may have gone by now, which reaches nobody. */
export function pingChildren(by: 'reference' | 'systemId', burn: unknown): unknown {
  return enqueueActions(({ context, self, system, enqueue }) => {
    // its answers may be answered by the next ping
    if ((context as Arguments['context']).fuel <= 0) return;
    enqueue(burn as never);
    const children = childrenOf(self);
    for (const id of Object.keys(children).filter(isPinged).toSorted()) {
      const child = children[id];
      const named = by === 'systemId' ? (system.get(`system-${id}`) as AnyActorRef | undefined) : undefined;
      const target = id.startsWith('kid') ? (named ?? child) : child;
      if (target !== undefined) enqueue(sendTo(target, { type: 'ping' }) as never);
    }
  });
}

/** Once for each id: what a second child of one id means is not XState's to say. */
export function spawnKid(id: SpawnedId, burn: unknown): unknown {
  return enqueueActions(({ context, self, enqueue }) => {
    if ((context as Arguments['context']).fuel <= 0 || childrenOf(self)[id] !== undefined) return;
    enqueue(burn as never);
    enqueue(spawnChild('kid' as never, { id } as never) as never);
  });
}

export function stopSpawned(id: SpawnedId): unknown {
  return stopChild(id);
}
