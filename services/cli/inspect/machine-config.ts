/**
 * From a stored statechart back to a machine's configuration: what viewers of XState machines read. Names stand for
 * guards, actions and logic, since code is not stored. Pure.
 */
import type { JsonObject } from '#contracts/json.ts';
import type {
  StatechartDescription,
  StatechartEdge,
  StatechartInvoke,
  StatechartNode,
} from '#contracts/statechart-description.ts';

/** The configuration of the whole machine. */
export function machineConfigOf(description: StatechartDescription): JsonObject {
  const [root] = description.nodes;
  return root ? configOf(description, root) : {};
}

function configOf(description: StatechartDescription, node: StatechartNode): JsonObject {
  const children = description.nodes.filter(({ parent }) => parent === node.id);
  const states = children.map((child) => [child.key, configOf(description, child)] as const);
  const edges = description.edges.filter(({ source }) => source === node.id);
  const invokes = node.invokes.map((invoke) => invokeConfig(invoke, edges));
  const { entry = [], exit = [], history, meta } = node;
  const initial = initialOf(description, node);
  return {
    id: node.id,
    ...(node.type === 'atomic' || node.type === 'compound' ? {} : { type: node.type }),
    ...(history === undefined ? {} : { history }),
    ...(initial === undefined ? {} : { initial }),
    ...(node.description === undefined ? {} : { description: node.description }),
    ...(node.tags.length > 0 ? { tags: node.tags } : {}),
    ...(entry.length > 0 ? { entry: entry.map((type) => ({ type })) } : {}),
    ...(exit.length > 0 ? { exit: exit.map((type) => ({ type })) } : {}),
    ...(meta === undefined ? {} : { meta }),
    ...(invokes.length > 0 ? { invoke: invokes } : {}),
    ...transitionsOf(node, edges),
    ...(states.length > 0 ? { states: Object.fromEntries(states) } : {}),
  };
}

/** Key of the child it starts in; of one that starts deeper, the child on the way. */
function initialOf({ nodes }: StatechartDescription, node: StatechartNode): string | undefined {
  let below = nodes.find(({ id }) => id === node.initial);
  while (below && below.parent !== node.id) {
    const { parent } = below;
    below = nodes.find(({ id }) => id === parent);
  }
  return below?.key;
}

const ENDS = { 'invoke-done': 'onDone', 'invoke-error': 'onError', 'invoke-snapshot': 'onSnapshot' } as const;

function invokeConfig({ id, src }: StatechartInvoke, edges: readonly StatechartEdge[]): JsonObject {
  const ends = Object.entries(ENDS).flatMap(([trigger, name]) => {
    const taken = edges.filter((edge) => edge.trigger === trigger && edge.invoke === id);
    return taken.length === 0 ? [] : [[name, taken.map(transitionConfig)] as const];
  });
  return { id, src, ...Object.fromEntries(ends) };
}

function transitionsOf(node: StatechartNode, edges: readonly StatechartEdge[]): JsonObject {
  const on = new Map<string, JsonObject[]>();
  const after = new Map<string, JsonObject[]>();
  const always: JsonObject[] = [];
  const onDone: JsonObject[] = [];
  for (const edge of edges) {
    if (node.invokes.some(({ id }) => id === edge.invoke)) continue;
    const transition = transitionConfig(edge);
    if (edge.trigger === 'always') always.push(transition);
    else if (edge.trigger === 'state-done') onDone.push(transition);
    else if (edge.trigger === 'after') gather(after, String(edge.delay), transition);
    else gather(on, edge.event, transition);
  }
  return {
    ...(on.size > 0 ? { on: Object.fromEntries(on) } : {}),
    ...(after.size > 0 ? { after: Object.fromEntries(after) } : {}),
    ...(always.length > 0 ? { always } : {}),
    ...(onDone.length > 0 ? { onDone } : {}),
  };
}

function gather(map: Map<string, JsonObject[]>, key: string, transition: JsonObject): void {
  map.set(key, [...(map.get(key) ?? []), transition]);
}

function transitionConfig({ targets, guard, actions, reenter, description }: StatechartEdge): JsonObject {
  return {
    ...(targets.length > 0 ? { target: targets.map((id) => `#${id}`) } : {}),
    ...(guard === undefined ? {} : { guard }),
    ...(actions.length > 0 ? { actions: actions.map((type) => ({ type })) } : {}),
    ...(reenter ? { reenter: true } : {}),
    ...(description === undefined ? {} : { description }),
  };
}
