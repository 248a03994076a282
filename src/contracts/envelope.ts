/** Everything that can arrive in an actor's mailbox. */
import { z } from 'zod';
import { ActivityOutcome } from './activity-task.ts';
import { Address } from './address.ts';
import { Json } from './json.ts';

/** An XState event: JSON with a type. */
export const ActorEvent = z.object({ type: z.string().min(1).max(256) }).catchall(Json);
export type ActorEvent = z.infer<typeof ActorEvent>;

/** Who started an actor, and under which child id it knows it. */
export const Parent = z.object({ address: Address, childId: z.string().min(1) });
export type Parent = z.infer<typeof Parent>;

const base = {
  v: z.literal(1),
  /** Unique and deterministic for a sender's step: a redelivery carries the same id. */
  id: z.string().min(1).max(256),
  to: Address,
};

export const Envelope = z.discriminatedUnion('kind', [
  /** Starts an actor. Without effect when it exists already. */
  z.object({ ...base, kind: z.literal('start'), input: Json.optional(), parent: Parent.optional() }),
  /** An event. `from` is the sending actor; it fences `xstate.done.actor.*` and its kin. */
  z.object({
    ...base,
    kind: z.literal('event'),
    event: ActorEvent,
    from: Address.optional(),
    /** Core NATS subject that wants to hear when the event was applied and committed. */
    replyTo: z.string().min(1).max(256).optional(),
  }),
  /** The alarm of an actor's earliest timer. It carries the time it was set for, so that clocks need not agree. */
  z.object({ ...base, kind: z.literal('wake'), dueAtMs: z.number().int() }),
  z.object({
    ...base,
    kind: z.literal('activity-result'),
    childId: z.string().min(1),
    birth: z.number().int().nonnegative(),
    attempt: z.number().int().positive(),
    outcome: ActivityOutcome,
  }),
  /** A running attempt reports details (its heartbeat); shown in the view and given to the next attempt. */
  z.object({
    ...base,
    kind: z.literal('activity-progress'),
    childId: z.string().min(1),
    birth: z.number().int().nonnegative(),
    attempt: z.number().int().positive(),
    details: Json,
  }),
  /** The parent no longer wants this actor. */
  z.object({ ...base, kind: z.literal('stop') }),
]);
export type Envelope = z.infer<typeof Envelope>;
