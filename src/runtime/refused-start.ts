/** What a parent hears when nobody here can run the child it asked for. */
import { partsOf, type Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';

export function unknownTypeReason(address: Address): string {
  const { service, type } = partsOf(address);
  return `ACTOR_TYPE_UNKNOWN: service '${service}' has no actor type '${type}'`;
}

/** Null when nobody waits for the actor. */
export function refusedStart(envelope: Envelope): Envelope | null {
  if (envelope.kind !== 'start' || !envelope.parent) return null;
  const { address, childId } = envelope.parent;
  return {
    v: 1,
    kind: 'event',
    id: `${envelope.id}-refused`,
    to: address,
    from: envelope.to,
    event: {
      type: `xstate.error.actor.${childId}`,
      actorId: childId,
      error: { code: 'ACTOR_TYPE_UNKNOWN', message: unknownTypeReason(envelope.to), kind: 'terminal' },
    },
  };
}
