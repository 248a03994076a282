/**
 * Makes the pure twin of a machine: the same statechart, but no child ever runs inside a step.
 *
 * P1 Inline `invoke.src` logic gets a name, because XState resolves it from the config past every replacement.
 * P2 Every child is a stand-in that does nothing; its input stays in the actor's options, for the effect.
 * P3 Endless `always` loops end: `maxIterations` is at most 1000.
 */
import { createMachine, type AnyStateMachine } from 'xstate';
import {
  internalsOf,
  invokesOf,
  type InvokeConfig,
  type MachineInternals,
  type NodeConfig,
  type NodeInternals,
} from './xstate-internals.ts';

const ITERATIONS_MAX = 1_000;

export type PureMachine = {
  machine: MachineInternals;
  /** The logic behind every src: named ones and those that were inline. */
  logicBySrc: ReadonlyMap<string, unknown>;
};

export function prepareMachine(machine: AnyStateMachine): PureMachine {
  const internals = internalsOf(machine);
  const logicBySrc = new Map(Object.entries(internals.implementations.actors));
  const config = rewrite(internals.config, internals.root, logicBySrc);
  config.options = {
    ...config.options,
    maxIterations: Math.min(config.options?.maxIterations ?? ITERATIONS_MAX, ITERATIONS_MAX),
  };
  const actors = Object.fromEntries([...logicBySrc.keys()].map((src) => [src, STAND_IN]));
  const pure = createMachine(config as never, { ...internals.implementations, actors } as never);
  return { machine: internalsOf(pure), logicBySrc };
}

/** Stands for any child inside its parent's step. */
const STAND_IN = {
  transition: (snapshot: unknown) => snapshot,
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
  getPersistedSnapshot: () => ({ status: 'active' }),
  restoreSnapshot: (snapshot: unknown) => snapshot,
};

function rewrite(config: NodeConfig, node: NodeInternals, logicBySrc: Map<string, unknown>): NodeConfig {
  const copy: NodeConfig = { ...config };
  if (config.invoke !== undefined) {
    copy.invoke = invokesOf(config).map((invoke, index) => named(invoke, node.invoke[index]?.id, logicBySrc));
  }
  if (config.states !== undefined) {
    copy.states = Object.fromEntries(
      Object.entries(config.states).map(([key, child]) => {
        const childNode = node.states[key];
        return [key, childNode === undefined ? child : rewrite(child, childNode, logicBySrc)];
      }),
    );
  }
  return copy;
}

/** The name of logic that stands in an invoke itself. */
export function inlineSrc(invokeId: string): string {
  return `inline:${invokeId}`;
}

function named(invoke: InvokeConfig, id: string | undefined, logicBySrc: Map<string, unknown>): InvokeConfig {
  if (typeof invoke.src === 'string') return invoke;
  const src = inlineSrc(id ?? 'invoke');
  logicBySrc.set(src, invoke.src);
  return { ...invoke, src };
}
