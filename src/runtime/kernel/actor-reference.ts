/** Where the actor behind a reference is. */
import { Address } from '#contracts/address.ts';

/** The address of an actor: of a child, of the parent, of itself. Undefined for activities and for what is no actor. */
export function addressOfReference(reference: { sessionId: string }): Address | undefined {
  const address = Address.safeParse(reference.sessionId);
  return address.success ? address.data : undefined;
}
