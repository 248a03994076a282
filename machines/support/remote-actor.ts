/** Addresses an actor that is not a child: `sendTo(() => remoteActor(address), event)`. */
import type { AnyActorRef } from 'xstate';
import type { Address } from '#contracts/address.ts';

/** What the kernel reads from a remote reference. */
export type RemoteActor = { windlassAddress: Address };

/** A reference that only `sendTo` may use: it can carry events, nothing can be read from it. */
export function remoteActor(address: Address): AnyActorRef {
  const remote: RemoteActor = { windlassAddress: address };
  return remote as unknown as AnyActorRef;
}
