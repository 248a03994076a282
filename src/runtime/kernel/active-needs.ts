/** What active states keep going as long as they are active: the timers of `after`, and what they invoke. */
import type { ChildRecord } from '#contracts/actor-record.ts';
import type { PreparedDefinition } from './prepared-definition.ts';
import {
  isResolvable,
  nodesOf,
  type ActionReference,
  type InvokeDefinition,
  type NodeInternals,
  type ResolvableAction,
} from './xstate-internals.ts';

const AFTER = 'xstate.after.';

export type ActiveNeeds = {
  /** By timer id: the action with which XState sets it on entry. */
  timers: ReadonlyMap<string, ResolvableAction>;
  /** By child id. */
  invokes: ReadonlyMap<string, InvokeDefinition>;
};

/** Of these states, in their order. */
export function needsOf(nodes: readonly NodeInternals[]): ActiveNeeds {
  const timers = new Map<string, ResolvableAction>();
  const invokes = new Map<string, InvokeDefinition>();
  for (const node of nodes) {
    for (const action of node.entry) {
      if (isResolvable(action) && typeof action.id === 'string' && isAfter(action.id))
        timers.set(action.id, action);
    }
    for (const invoke of node.invoke) invokes.set(invoke.id, invoke);
  }
  return { timers, invokes };
}

/** Whether a timer belongs to a state's `after`. */
export function isAfter(timerId: string): boolean {
  return timerId.startsWith(AFTER);
}

/** What is wrong with a child that the record has, for this structure in these states; undefined when nothing is. */
export function childFault(
  prepared: PreparedDefinition,
  needs: ActiveNeeds,
  { id, child, activityName }: { id: string; child: ChildRecord; activityName?: string },
): string | undefined {
  const logic = prepared.logicBySrc.get(child.src);
  if (logic === undefined) return `child '${id}' runs '${child.src}', which no longer exists`;
  if (logic.kind !== child.kind) return `child '${id}' was an ${child.kind} and would be an ${logic.kind}`;
  if (logic.kind === 'activity' && activityName !== undefined && logic.name !== activityName)
    return `child '${id}' runs activity '${activityName}', which is now called '${logic.name}'`;
  const invoke = needs.invokes.get(id);
  if (invoke !== undefined) {
    return invoke.src === child.src ? undefined : `child '${id}' runs '${child.src}', now '${invoke.src}'`;
  }
  return mayBeSpawned(prepared, id, child.src)
    ? undefined
    : `child '${id}' ('${child.src}') is invoked by none of the active states`;
}

/**
 * A record does not say whether a child was invoked or spawned. One that no active state invokes counts as spawned
 * when some action of the machine spawns its logic; or may do so inside an `assign`, and no state invokes that logic.
 */
function mayBeSpawned({ machine }: PreparedDefinition, id: string, src: string): boolean {
  const nodes = nodesOf(machine.root);
  const invokes = nodes.flatMap((node) => node.invoke);
  if (invokes.some((invoke) => invoke.id === id)) return false;
  const actions = [...nodes.flatMap(actionsOf), ...Object.values(machine.implementations.actions)];
  const types = new Set<string>();
  for (const action of actions as ActionReference[]) {
    if (typeof action !== 'function') continue;
    if (action.type === 'xstate.spawnChild' && (action.src === src || typeof action.src !== 'string'))
      return true;
    types.add(action.type);
  }
  const spawnsUnseen = types.has('xstate.assign') || types.has('xstate.enqueueActions');
  const hasDynamicContext = typeof machine.config.context === 'function';
  return (spawnsUnseen || hasDynamicContext) && !invokes.some((invoke) => invoke.src === src);
}

function actionsOf(node: NodeInternals): readonly ActionReference[] {
  const transitions = [...node.transitions.values()].flat();
  const all = [...transitions, ...(node.always ?? [])].flatMap((transition) => transition.actions);
  return [...node.entry, ...node.exit, ...(node.initial?.actions ?? []), ...all];
}
