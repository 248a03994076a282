/** Answers which event types a machine can react to, without asking XState: it would remember every type for ever. */
import { nodesOf, type NodeInternals } from './xstate-internals.ts';

export type EventMatcher = {
  /** Whether some state of the machine names this type, exactly or by wildcard. */
  matches: (type: string) => boolean;
  /** Whether some state names it exactly; wildcards excluded. */
  names: (type: string) => boolean;
  /** Whether some state names it, exactly or by a prefix; the catch-all `*` excluded. */
  answers: (type: string) => boolean;
};

export function eventMatcherOf(root: NodeInternals): EventMatcher {
  const descriptors = new Set(nodesOf(root).flatMap((node) => [...node.transitions.keys()]));
  const exact = new Set(
    [...descriptors].filter((descriptor) => descriptor !== '*' && !descriptor.endsWith('.*')),
  );
  const prefixes = [...descriptors]
    .filter((descriptor) => descriptor.endsWith('.*'))
    .map((d) => d.slice(0, -2));
  const all = descriptors.has('*');
  const answers = (type: string): boolean =>
    exact.has(type) || prefixes.some((prefix) => type === prefix || type.startsWith(`${prefix}.`));
  return {
    names: (type) => exact.has(type),
    answers,
    matches: (type) => all || answers(type),
  };
}
