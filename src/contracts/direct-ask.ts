/** An ask that goes to the owner of the actor's partition without being stored first, and what the owner may say to it. */
import { z } from 'zod';
import { Answer } from './answer.ts';
import { Envelope } from './envelope.ts';

export const DirectAsk = z.object({
  v: z.literal(1),
  envelope: Envelope,
  /** Stream sequence of the newest entry for this actor that the asker has put into the ingress: it goes first. */
  after: z.number().int().positive().optional(),
});
export type DirectAsk = z.infer<typeof DirectAsk>;

/** Nothing came of it, and nothing will: it is to be stored in the ingress, like other envelopes. */
export const Declined = z.object({ outcome: z.literal('declined') });
export type Declined = z.infer<typeof Declined>;

export const DirectAnswer = z.union([Declined, Answer]);
export type DirectAnswer = z.infer<typeof DirectAnswer>;
