/** From a state value to what SCXML calls a configuration: the active states without children. */
import type { AnyStateMachine } from 'xstate';
import type { StateValue } from '#contracts/actor-record.ts';

type Node = { key: string; states: Record<string, Node> };

/** Ids of the active atomic states, as the document spells them, sorted. */
export function configurationOf(machine: AnyStateMachine, value: StateValue): string[] {
  return leavesOf(machine.root as unknown as Node, value)
    .map((key) => key.replaceAll('$', '.'))
    .toSorted();
}

function leavesOf(node: Node, value: StateValue): string[] {
  if (typeof value === 'string') {
    const child = node.states[value];
    return child === undefined ? [value] : [child.key];
  }
  const regions = Object.entries(value);
  if (regions.length === 0) return [node.key];
  return regions.flatMap(([key, below]) => {
    const child = node.states[key];
    return child === undefined ? [key] : leavesOf(child, below);
  });
}
