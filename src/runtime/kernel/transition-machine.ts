/** `fromTransition` logic as a machine of one state, so that it can be an actor like any other. */
import { createMachine, enqueueActions, type AnyEventObject, type AnyStateMachine } from 'xstate';

/** What the kernel uses of `fromTransition` logic. */
export type TransitionLogic = {
  getInitialSnapshot: (scope: undefined, input: unknown) => { context: unknown };
  transition: (snapshot: object, event: AnyEventObject, scope: object) => { context: unknown };
};

/** Where the logic's state is kept: a machine's context must be an object, the state of a reducer may be anything. */
export type TransitionContext = { state: unknown };

const MARK = 'windlassTransition';

/** The machine; every event goes to the reducer, and what it emits is emitted. */
export function transitionMachine(logic: TransitionLogic, id: string): AnyStateMachine {
  return createMachine({
    id,
    meta: { [MARK]: true },
    context: ({ input }: { input: unknown }): TransitionContext => ({
      state: logic.getInitialSnapshot(undefined, input).context,
    }),
    on: {
      '*': {
        actions: enqueueActions(({ context, event, self, system, enqueue }) => {
          const emitted: AnyEventObject[] = [];
          const { state } = context;
          const scope = { self, system, emit: (value: AnyEventObject) => emitted.push(value) };
          const next = logic.transition({ status: 'active', context: state }, event, scope).context;
          enqueue.assign({ state: next });
          for (const value of emitted) enqueue.emit(value as never);
        }),
      },
    },
  }) as AnyStateMachine;
}

/** Whether a machine stands for `fromTransition` logic. */
export function isTransitionMachine(machine: { root: { meta?: unknown } }): boolean {
  return (machine.root.meta as { [MARK]?: boolean } | undefined)?.[MARK] === true;
}
