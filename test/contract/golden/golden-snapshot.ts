/** The form of a golden snapshot: an actor as it was stored, what came next, and what it did then. */
import { z } from 'zod';
import { ActorRecord } from '#contracts/actor-record.ts';
import { Envelope } from '#contracts/envelope.ts';

export const GoldenSnapshot = z.strictObject({
  record: ActorRecord,
  deliveries: z
    .array(
      z.strictObject({ envelope: Envelope, log: z.enum(['mailbox', 'ingress']), sequence: z.number().int() }),
    )
    .min(1),
  nowMs: z.number().int(),
  expected: z.strictObject({ record: ActorRecord, effects: z.array(z.json()), refusals: z.array(z.json()) }),
});
export type GoldenSnapshot = z.infer<typeof GoldenSnapshot>;
