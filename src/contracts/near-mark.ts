/** Says that an actor may have attempts that the owner of its partition runs itself: its record tells which. */
import { z } from 'zod';
import { Address } from './address.ts';

export const StoredNearMark = z.object({
  v: z.literal(1),
  actor: Address,
  /** The owner that stored it. */
  node: z.string().min(1),
});
export type StoredNearMark = z.infer<typeof StoredNearMark>;
