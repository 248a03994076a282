/**
 * System ids: names of actors that hold for their whole tree. The first actor of a tree keeps them in its record.
 *
 * N1 A parent registers a child before it starts it, and takes the id back when the child has ended: both by the same
 *    log as everything else, so an event to a system id comes after the registration that the sender could know of.
 * N2 An id belongs to the address that has it: whoever comes second does not get it, and the end of an earlier holder
 *    takes nothing from a later one.
 * N3 An event for an id that nobody has reaches nobody, and the log says so.
 *
 * Own children are reached directly. Any other id goes up from parent to parent until one knows who has it: an actor
 * whose parent has ended is cut off.
 */
import type { ChildRecord } from '#contracts/actor-record.ts';
import { partsOf, type Address } from '#contracts/address.ts';
import type { ActorEvent, Envelope } from '#contracts/envelope.ts';
import type { Draft } from './draft.ts';
import type { Refusal } from './kernel.ts';
import { countUnhandled } from './unhandled.ts';

type Reason = Refusal['reason'];
type IdEnvelope = Extract<Envelope, { kind: 'system-id' }>;
type EventEnvelope = Extract<Envelope, { kind: 'system-event' }>;

/** Makes a child known. @throws Error when this actor knows that another one has the id */
export function registerSystemId(draft: Draft, systemId: string, holder: Address): void {
  const { parent, state } = draft;
  if (parent !== undefined) {
    state.effects.push({ kind: 'system-id', to: parent.address, systemId, holder, isHeld: true });
  } else if (state.systemIds.has(systemId)) throw takenError(systemId);
}

/** Gives the id of a child back, if it has one: the child has ended or is stopped. */
export function releaseSystemId(draft: Draft, { kind, systemId, address }: ChildRecord): void {
  if (kind !== 'actor' || systemId === undefined || address === undefined) return;
  const { parent, state } = draft;
  if (parent === undefined) return;
  state.effects.push({ kind: 'system-id', to: parent.address, systemId, holder: address, isHeld: false });
}

export function takenError(systemId: string): Error {
  return new Error(
    `Actor with system ID '${systemId}' already exists. Give each actor of a tree a system id of its own.`,
  );
}

/** An event to whoever has the id: known here, or further up. */
export function sendToSystemId(draft: Draft, systemId: string, event: ActorEvent): Reason | undefined {
  const { parent, state } = draft;
  const holder = holderOf(draft, systemId);
  if (holder !== undefined) {
    state.effects.push({ kind: 'send', to: holder, event });
    return undefined;
  }
  if (parent !== undefined) {
    state.effects.push({ kind: 'system-event', to: parent.address, systemId, event });
    return undefined;
  }
  countUnhandled(draft, event.type);
  note(draft, `'${event.type}' reached nobody: no actor of this tree has the system id '${systemId}'.`);
  return 'unhandled';
}

/** Own children are in the record anyway; those of others are registered. */
function holderOf({ state }: Draft, systemId: string): Address | undefined {
  const own = [...state.children.values()].find(
    (child) => child.systemId === systemId && child.finished !== true,
  );
  return own?.address ?? state.systemIds.get(systemId);
}

/** A registration, or the end of one, by an actor of this tree. */
export function takeSystemId(draft: Draft, envelope: IdEnvelope): Reason | undefined {
  const { systemId, holder, isHeld, from } = envelope;
  if (!isOfTree(draft, from)) return 'reserved';
  const { parent, state } = draft;
  if (parent !== undefined) {
    state.effects.push({ kind: 'system-id', to: parent.address, systemId, holder, isHeld });
    return undefined;
  }
  const { systemIds } = state;
  const known = holderOf(draft, systemId);
  if (isHeld && known !== undefined && known !== holder) {
    note(draft, `System id '${systemId}' stays with ${known}; ${holder} is not reached by it.`);
    return 'reserved';
  }
  if (isHeld) systemIds.set(systemId, holder);
  else if (known === holder) systemIds.delete(systemId);
  else return 'stale';
  return undefined;
}

/** An event that goes by this actor to whoever has the id. */
export function takeSystemEvent(draft: Draft, { systemId, event, from }: EventEnvelope): Reason | undefined {
  return isOfTree(draft, from) ? sendToSystemId(draft, systemId, event) : 'reserved';
}

function isOfTree(draft: Draft, from: Address): boolean {
  return partsOf(from).root === draft.parts.root;
}

function note(draft: Draft, value: string): void {
  draft.state.effects.push({ kind: 'log', label: 'system-id', value });
}
