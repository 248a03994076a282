/** The action with which XState starts what a state invokes. */
import { spawnChild } from 'xstate';
import type { InvokeDefinition, ResolvableAction } from './xstate-internals.ts';

export function spawnAction(invoke: InvokeDefinition): ResolvableAction {
  const { id, src, systemId, input, onSnapshot } = invoke;
  const options = {
    id,
    ...(systemId === undefined ? {} : { systemId }),
    ...(input === undefined ? {} : { input }),
    syncSnapshot: onSnapshot !== undefined,
  };
  return spawnChild(src, options as never) as unknown as ResolvableAction;
}
