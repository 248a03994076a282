/** What a requester hears once its envelope is decided: applied and committed, or refused for ever. */
import { z } from 'zod';
import { ActorStatus, StateValue } from './actor-record.ts';
import { ActorEvent } from './envelope.ts';
import { Failure } from './failure.ts';
import { Json } from './json.ts';

export const Answer = z.object({
  outcome: z.enum(['applied', 'refused']),
  /** Why it was refused: a code, and for some a colon and a sentence for a person. */
  reason: z.string().optional(),
  /** It was applied before, under the same key or by the same start; nothing happened now. */
  repeated: z.literal(true).optional(),
  /** A start found the actor there and left it as it is. */
  existing: z.literal(true).optional(),
  /** The actor after the commit; absent when there is none. */
  status: ActorStatus.optional(),
  step: z.number().int().nonnegative().optional(),
  value: StateValue.optional(),
  output: Json.optional(),
  error: Failure.optional(),
  /** What the step emitted, whichever of its envelopes was the cause. */
  emitted: z.array(ActorEvent).optional(),
});
export type Answer = z.infer<typeof Answer>;
