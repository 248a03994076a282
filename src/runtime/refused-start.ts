/** What a parent hears when the child it asked for cannot be started here. */
import { partsOf, type Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';

export function unknownTypeReason(address: Address): string {
  const { service, type } = partsOf(address);
  return `ACTOR_TYPE_UNKNOWN: service '${service}' has no actor type '${type}'`;
}

/** Null when nobody waits for the actor. `reason` is a code, a colon and a sentence. */
export function refusedStart(envelope: Envelope, reason: string): Envelope | null {
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
      error: { code: reason.split(':', 1)[0] ?? reason, message: reason, kind: 'terminal' },
    },
  };
}
