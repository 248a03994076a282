/**
 * Snapshots of a child for its parent: `onSnapshot` of an invoke, `syncSnapshot` of a spawn.
 *
 * S1 One with each commit of the child that applied something, as long as the child is active: steps are what others
 *    see of an actor, so several transitions of one step are one snapshot.
 * S2 The parent takes them only from the address of the child of this visit.
 * S3 The context travels in the form of the record, so that dates and `undefined` arrive; a reference to an actor
 *    arrives as its address.
 */
import { matchesState } from 'xstate';
import type { StateValue } from '#contracts/actor-record.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import type { Json, JsonObject } from '#contracts/json.ts';
import { addressOfReference } from './actor-reference.ts';
import { decodeContext, encodeContext, type ReferenceIdentity } from './checked-codec.ts';
import type { Draft } from './draft.ts';
import { isTransitionMachine, type TransitionContext } from './transition-machine.ts';
import type { ActorReference } from './xstate-internals.ts';

type SentSnapshot = { status: 'active'; value: StateValue; context: JsonObject; tags: string[] };

/** Tells the parent, if it wants to know. Called once at the end of a step. */
export function tellSnapshot(draft: Draft): void {
  const { parent, state, prepared } = draft;
  if (parent?.sync !== true || state.status !== 'active') return;
  const { snapshot } = state;
  const context = isTransitionMachine(prepared.machine)
    ? { state: (snapshot.context as TransitionContext).state }
    : snapshot.context;
  const sent: SentSnapshot = {
    status: 'active',
    value: snapshot.value,
    context: encodeContext(context, { identityOf: identityByAddress, revive: () => undefined }).json,
    tags: [...new Set(snapshot._nodes.flatMap((node) => node.tags))],
  };
  const { childId, address } = parent;
  const event: ActorEvent = {
    type: `xstate.snapshot.${childId}`,
    actorId: childId,
    snapshot: (isTransitionMachine(prepared.machine) ? { ...sent, isTransition: true } : sent) as Json,
  };
  state.effects.push({ kind: 'send', to: address, event });
}

/** References of a context that leaves the actor. */
export function identityByAddress(reference: ActorReference): ReferenceIdentity {
  const address = addressOfReference(reference);
  return { id: reference.id, birth: 0, ...(address === undefined ? {} : { address }) };
}

/** What such a reference is elsewhere: the form that `sendTo` takes, or just the id of what nobody can reach. */
export function revivedByAddress({ id, address }: ReferenceIdentity): unknown {
  return address === undefined ? { id } : { windlassAddress: address };
}

/** The event as the machine of the parent sees it. */
export function receivedSnapshot(event: ActorEvent): ActorEvent {
  const sent = event['snapshot'] as SentSnapshot & { isTransition?: boolean };
  const decoded = decodeContext(sent.context, { identityOf: identityByAddress, revive: revivedByAddress });
  const context = sent.isTransition === true ? decoded['state'] : decoded;
  const snapshot = { status: 'active', value: sent.value, context, tags: sent.tags };
  // the two questions that machines ask a snapshot; not part of the data, so that it can be kept in a context
  Object.defineProperties(snapshot, {
    matches: { value: (value: StateValue) => matchesState(value, sent.value) },
    hasTag: { value: (tag: string) => sent.tags.includes(tag) },
  });
  return { type: event.type, snapshot: snapshot as unknown as Json };
}
