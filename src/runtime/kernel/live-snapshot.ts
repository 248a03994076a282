/**
 * Between the stored state and XState's live snapshot.
 *
 * XState's own restore and persist walk the whole context twice looking for references (three quarters of a
 * step's time); ours is left out of both.
 */
import type { ActorRecord, StateValue } from '#contracts/actor-record.ts';
import { RuntimeError } from '../runtime-error.ts';
import type { ActorScope } from './actor-scope.ts';
import type { ActorReference, LiveSnapshot, MachineInternals, NodeInternals } from './xstate-internals.ts';

/**
 * @throws RuntimeError `STATE_NOT_RESTORABLE`: the machine no longer has the states the actor is in. Nothing
 * may be committed then; the definition needs a new version.
 */
export function restoreSnapshot(
  machine: MachineInternals,
  state: ActorRecord['state'],
  args: { scope: ActorScope; context: Record<string, unknown>; children: Record<string, ActorReference> },
): LiveSnapshot {
  const historyValue = Object.fromEntries(
    Object.entries(state.history).map(([id, nodes]) => [id, nodes.map((node) => ({ id: node }))]),
  );
  let restored: LiveSnapshot;
  try {
    restored = machine.restoreSnapshot(
      { status: 'active', value: state.value, context: {}, children: {}, historyValue },
      args.scope,
    );
  } catch (cause) {
    throw new RuntimeError(
      'STATE_NOT_RESTORABLE',
      `Machine '${machine.id}' has no state ${JSON.stringify(state.value)}. ` +
        `Raise the definition's version and keep the old machine registered until its actors have ended.`,
      { cause },
    );
  }
  restored.context = args.context;
  restored.children = args.children;
  return canonical(restored, machine.root);
}

/** Node and region order as in the statechart, not as history left it: XState's behaviour depends on both. */
export function canonical(snapshot: LiveSnapshot, root: NodeInternals): LiveSnapshot {
  snapshot._nodes.sort(byOrder);
  for (const nodes of Object.values(snapshot.historyValue)) nodes.sort(byOrder);
  snapshot.value = valueOf(root, new Set(snapshot._nodes));
  return snapshot;
}

function byOrder(left: NodeInternals, right: NodeInternals): number {
  return left.order - right.order;
}

function valueOf(node: NodeInternals, active: ReadonlySet<NodeInternals>): StateValue {
  const value: Record<string, StateValue> = {};
  for (const child of Object.values(node.states)) {
    if (!active.has(child)) continue;
    if (node.type === 'compound' && (child.type === 'atomic' || child.type === 'final')) return child.key;
    value[child.key] = valueOf(child, active);
  }
  return value;
}

/** @throws Error when XState left the statechart's rules: no state of a compound active, a region missing. */
export function assertLegal(snapshot: LiveSnapshot): void {
  const active = new Set(snapshot._nodes);
  for (const node of snapshot._nodes) {
    const children = Object.values(node.states).filter((child) => child.type !== 'history');
    const count = children.filter((child) => active.has(child)).length;
    const expected = node.type === 'compound' ? 1 : node.type === 'parallel' ? children.length : 0;
    if (count !== expected || (node.parent !== undefined && !active.has(node.parent))) {
      throw new Error(
        `The transition led to an illegal configuration at '#${node.id}': ${count} active states instead of ${expected}. ` +
          `This is a known fault of XState with history inside parallel states; move the history state.`,
      );
    }
  }
}

/** The history of a snapshot as ids. */
export function historyOf(snapshot: LiveSnapshot): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(snapshot.historyValue).map(([id, nodes]) => [id, nodes.map((node) => node.id)]),
  );
}
