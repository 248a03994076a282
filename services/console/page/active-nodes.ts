/** Which nodes of a statechart an actor is in, and which edges it may take next. */
import type { StateValue } from '#contracts/actor-record.ts';
import type { StatechartDescription, StatechartEdge } from '#contracts/statechart-description.ts';

/** Ids of all nodes on the active path, the root too. Regions that the statechart does not have are left out. */
export function activeNodes({ nodes }: StatechartDescription, value: StateValue): ReadonlySet<string> {
  const idOf = new Map(nodes.map((node) => [`${node.parent ?? ''}/${node.key}`, node.id]));
  const [root] = nodes;
  const active = new Set<string>();
  const enter = (parent: string, at: StateValue): void => {
    const below = typeof at === 'string' ? [[at, {}] as const] : Object.entries(at);
    for (const [key, inside] of below) {
      const id = idOf.get(`${parent}/${key}`);
      if (id === undefined) continue;
      active.add(id);
      enter(id, inside);
    }
  };
  if (root) {
    active.add(root.id);
    enter(root.id, value);
  }
  return active;
}

/** Indexes of the edges that leave an active node. Guards are not evaluated: they need what only the actor has. */
export function possibleEdges(
  { edges }: StatechartDescription,
  active: ReadonlySet<string>,
): ReadonlySet<number> {
  const indexes = edges.flatMap(({ source }, index) => (active.has(source) ? [index] : []));
  return new Set(indexes);
}

/** What makes an edge be taken, in words. */
export function triggerText(edge: StatechartEdge): string {
  switch (edge.trigger) {
    case 'after':
      return `after ${typeof edge.delay === 'number' ? delayText(edge.delay) : (edge.delay ?? '')}`;
    case 'invoke-done':
      return `${childText(edge)} done`;
    case 'invoke-error':
      return `${childText(edge)} failed`;
    case 'invoke-snapshot':
      return `${childText(edge)} moved`;
    case 'state-done':
      return 'final state reached';
    case 'always':
    case 'event':
    case undefined:
      return edge.event;
  }
}

function childText({ invoke = '' }: StatechartEdge): string {
  return invoke === '*' ? 'any child' : invoke;
}

const UNITS: readonly [milliseconds: number, unit: string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

function delayText(delayMs: number): string {
  const [size, unit] = UNITS.find(([milliseconds]) => delayMs >= milliseconds) ?? [1, 'ms'];
  return `${Number((delayMs / size).toFixed(1))} ${unit}`;
}

/** The state value as its user writes it: `charging`, `left.a, right.waiting`. */
export function valueText(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([key, inside]) => {
      const text = valueText(inside);
      if (text === '') return key;
      return text.includes(', ') ? `${key}.(${text})` : `${key}.${text}`;
    })
    .join(', ');
}
