/**
 * An address names one actor for ever: `service:type:root:id`.
 *
 * `root` is the id of the actor that started the whole tree (an execution, say). It decides the
 * partition, so an execution and all its stages commit in one stream. A root actor has `root === id`.
 * Every part is a subject token: no dots, spaces or wildcards can reach the bus.
 */
import { z } from 'zod';

export const ServiceName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);
export const ActorType = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,63}$/);
export const ActorId = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/);

export const Address = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}:[a-zA-Z][a-zA-Z0-9]{0,63}:[A-Za-z0-9_-]{1,128}:[A-Za-z0-9_-]{1,128}$/)
  .brand('Address');
export type Address = z.infer<typeof Address>;

export type AddressParts = {
  readonly service: string;
  readonly type: string;
  readonly root: string;
  readonly id: string;
};

/** Builds an address. Throws ZodError when a part is not a subject token. */
export function addressOf(parts: AddressParts): Address {
  return Address.parse(`${parts.service}:${parts.type}:${parts.root}:${parts.id}`);
}

/** The address that was split last: a step asks for the parts of the same one again and again. */
let last: { address: string; parts: AddressParts } | undefined;

/** Splits an address into its four parts. */
export function partsOf(address: Address): AddressParts {
  if (last?.address === address) return last.parts;
  const [service = '', type = '', root = '', id = ''] = address.split(':');
  last = { address, parts: { service, type, root, id } };
  return last.parts;
}
