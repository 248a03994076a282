/** References to actors: those that a step can reach, and the forms in which they are stored and sent. */
import { Address } from '#contracts/address.ts';
import { standIn, type StandInReference } from './stand-in.ts';

/** A reference to whoever has a system id; who that is shows when an event is sent. */
export type SystemReference = StandInReference & { windlassSystemId: string };

/** The address of an actor: of a child, of the parent, of itself. Undefined for activities and for what is no actor. */
export function addressOfReference(reference: { sessionId: string }): Address | undefined {
  const address = Address.safeParse(reference.sessionId);
  return address.success ? address.data : undefined;
}

export function systemReference(systemId: string, system: object): SystemReference {
  const reference = standIn({ id: systemId, sessionId: `system:${systemId}`, system, systemId });
  return Object.assign(reference, { windlassSystemId: systemId });
}

/** The system id that a reference stands for; undefined when it is a certain actor. */
export function systemIdOf(reference: unknown): string | undefined {
  return (reference as { windlassSystemId?: string } | null | undefined)?.windlassSystemId;
}
