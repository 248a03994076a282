/**
 * Children of an actor: started, stopped and told apart.
 *
 * XState says too little about them (nothing for `spawn()` in an assign, an id for what may be two visits), so
 * the references before and after a transition are compared by identity.
 */
import { addressOf, type Address } from '#contracts/address.ts';
import type { ChildRecord } from '#contracts/actor-record.ts';
import { cancelActivity, startActivity } from './activities.ts';
import type { ChildLogic } from './child-logic.ts';
import { nextSequence, type Draft, type LiveChild } from './draft.ts';
import { outgoingJson } from './outgoing.ts';
import { registerSystemId, releaseSystemId, takenError } from './system-ids.ts';
import type { ActorReference, LiveSnapshot } from './xstate-internals.ts';

/** The children of one transition: those from before it, and those that outlive it. */
export type ChildChanges = {
  before: ReadonlyMap<ActorReference, LiveChild>;
  after: ReadonlyMap<ActorReference, string>;
  stopped: Set<ActorReference>;
};

export function childChanges(draft: Draft, next: LiveSnapshot): ChildChanges {
  const after = new Map<ActorReference, string>();
  if (next.status === 'active') {
    for (const [id, reference] of Object.entries(next.children)) {
      if (reference === undefined)
        throw new Error(`Child '${id}' was spawned from logic that is not registered.`);
      after.set(reference, id);
    }
  }
  return { before: new Map(draft.references), after, stopped: new Set() };
}

/** Starts a child that is new and outlives the transition; without effect otherwise. */
export function startChild(draft: Draft, changes: ChildChanges, reference: ActorReference): void {
  const id = changes.after.get(reference);
  if (id === undefined || draft.references.has(reference)) return;
  if (id !== reference.id)
    throw new Error(`A child was spawned without an id. Write spawnChild('…', { id: '…' }).`);
  const { src } = reference;
  const logic = typeof src === 'string' ? draft.prepared.logicBySrc.get(src) : undefined;
  if (logic === undefined) {
    throw new Error(
      `Child '${id}' was spawned from inline logic. Name the logic in setup({ actors }) and spawn it by name.`,
    );
  }
  assertFreeSystemId(draft, changes, reference);
  const isSynced = reference._syncSnapshot === true;
  if (isSynced && logic.kind === 'activity') {
    throw new Error(
      `Child '${id}' is an activity and has no snapshots. Read its heartbeats in the view, or make it an actor.`,
    );
  }
  const started =
    logic.kind === 'activity'
      ? startActivity(draft, logic, { id, reference })
      : startActor(draft, logic, { id, reference });
  const child: ChildRecord = {
    ...started,
    ...(reference.systemId === undefined ? {} : { systemId: reference.systemId }),
    ...(isSynced ? { syncSnapshot: true } : {}),
    ...(logic.kind === 'actor' && logic.onParentClose !== undefined
      ? { closePolicy: logic.onParentClose }
      : {}),
  };
  draft.state.children.set(id, child);
  draft.references.set(reference, { id, birth: child.birth, child });
}

/** As in XState, two children that live at once cannot share a system id. */
function assertFreeSystemId(draft: Draft, changes: ChildChanges, reference: ActorReference): void {
  const { systemId } = reference;
  if (systemId === undefined) return;
  for (const other of changes.after.keys()) {
    const isFinished = draft.references.get(other)?.child.finished === true;
    if (other !== reference && other.systemId === systemId && !isFinished) throw takenError(systemId);
  }
}

function startActor(
  draft: Draft,
  logic: Extract<ChildLogic, { kind: 'actor' }>,
  { id, reference }: { id: string; reference: ActorReference },
): ChildRecord {
  const input = outgoingJson(draft, reference.options?.input, `input of '${id}'`);
  const birth = nextSequence(draft);
  const address = childAddress(draft, logic, { id, input, birth });
  if (reference.systemId !== undefined) registerSystemId(draft, reference.systemId, address);
  draft.state.effects.push({
    kind: 'start-actor',
    to: address,
    ...(input === undefined ? {} : { input }),
    parent: {
      address: draft.address,
      childId: id,
      ...(reference._syncSnapshot === true ? { sync: true } : {}),
      ...draft.life,
    },
  });
  return { kind: 'actor', src: String(reference.src), birth, address };
}

function childAddress(
  draft: Draft,
  logic: Extract<ChildLogic, { kind: 'actor' }>,
  { id, input, birth }: { id: string; input: unknown; birth: number },
): Address {
  const type = typeof logic.type === 'function' ? logic.type(input as never) : logic.type;
  const parts = {
    service: logic.service ?? draft.parts.service,
    type,
    root: draft.parts.root,
    id: `${draft.parts.id}-${birth}`,
  };
  try {
    return addressOf(parts);
  } catch (cause) {
    throw new Error(
      `Child '${id}' cannot have the address ${Object.values(parts).join(':')}: a part has the wrong form.`,
      {
        cause,
      },
    );
  }
}

/** Stops a child that does not outlive the transition; without effect otherwise. */
export function stopChild(draft: Draft, changes: ChildChanges, reference: ActorReference): void {
  const live = changes.before.get(reference);
  if (live === undefined || changes.after.has(reference) || changes.stopped.has(reference)) return;
  changes.stopped.add(reference);
  draft.scope.system._drop(reference);
  end(draft, live.id, live.child);
  draft.references.delete(reference);
  if (draft.state.children.get(live.id)?.birth === live.birth) draft.state.children.delete(live.id);
}

/** Leaves every child: the actor has ended. */
export function stopAllChildren(draft: Draft): void {
  for (const [id, child] of draft.state.children) end(draft, id, child);
  draft.state.children.clear();
  draft.references.clear();
}

/** An activity is cancelled; what becomes of an actor is declared where it is. */
function end(draft: Draft, id: string, child: ChildRecord): void {
  if (child.finished === true) return;
  releaseSystemId(draft, child);
  if (child.kind === 'activity') return cancelActivity(draft, id, child.birth);
  const { address: to, closePolicy = 'terminate' } = child;
  if (to === undefined || closePolicy === 'abandon') return;
  draft.state.effects.push(
    closePolicy === 'terminate'
      ? { kind: 'stop-actor', to }
      : { kind: 'cancel-actor', to, reason: `its parent ${draft.address} has left it` },
  );
}

/** Notes that a child has completed: its later completions are stale, stopping it does nothing. */
export function finishChild(draft: Draft, id: string): void {
  const child = draft.state.children.get(id);
  const reference = draft.state.snapshot.children[id];
  if (child === undefined) return;
  releaseSystemId(draft, child);
  if (reference !== undefined) draft.scope.system._drop(reference);
  const finished: ChildRecord = { ...child, finished: true };
  draft.state.children.set(id, finished);
  if (reference !== undefined) draft.references.set(reference, { id, birth: child.birth, child: finished });
}
