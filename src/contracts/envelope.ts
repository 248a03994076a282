/** Everything that can arrive in an actor's mailbox. */
import { z } from 'zod';
import { ActivityOutcome } from './activity-task.ts';
import { Address } from './address.ts';
import { Json } from './json.ts';

/** An XState event: JSON with a type. */
export const ActorEvent = z.object({ type: z.string().min(1).max(256) }).catchall(Json);
export type ActorEvent = z.infer<typeof ActorEvent>;

/** Names an actor within its tree, as the machine that starts it says. */
export const SystemId = z.string().min(1).max(256);

/** Who started an actor, and under which child id it knows it. */
export const Parent = z.object({
  address: Address,
  childId: z.string().min(1),
  /** The parent wants a snapshot with each of the child's commits (`onSnapshot`). */
  sync: z.literal(true).optional(),
  /** Which life of the parent that is. */
  life: z.number().int().optional(),
});
export type Parent = z.infer<typeof Parent>;

const base = {
  v: z.literal(1),
  /** Unique and deterministic for a sender's step: a redelivery carries the same id. */
  id: z.string().min(1).max(256),
  to: Address,
};

/** What happens when an actor is started under an address that is taken. */
export const StartConflict = z.enum(['fail', 'use-existing', 'replace']);
export type StartConflict = z.infer<typeof StartConflict>;

/**
 * Tells a client's direct asks apart when one comes again: by the owner, and by the ingress. Numbers rise over all that
 * the client asks; what it asked of this actor below `below` is decided, and it knows how.
 */
export const Asker = z.object({
  client: z.string().min(1).max(32),
  number: z.number().int().positive(),
  below: z.number().int().positive(),
});
export type Asker = z.infer<typeof Asker>;

/** Core NATS subject of whoever wants to hear when the envelope was applied and committed. */
const replyTo = z.string().min(1).max(256).optional();
/** Which life of the actor its attempt was made for: that of a later actor of the address does not hear of it. */
const life = z.number().int().optional();
/** For people: why someone did it. */
const reason = z.string().max(1024).optional();

export const Envelope = z.discriminatedUnion('kind', [
  /** Starts an actor. Without effect when it exists already, unless `onConflict` says otherwise. */
  z.object({
    ...base,
    kind: z.literal('start'),
    input: Json.optional(),
    parent: Parent.optional(),
    replyTo,
    onConflict: StartConflict.optional(),
  }),
  /** An event. `from` is the sending actor; it fences `xstate.done.actor.*` and its kin. */
  z.object({
    ...base,
    kind: z.literal('event'),
    event: ActorEvent,
    from: Address.optional(),
    /** A client's own key: events of one key are applied once, also when the bus has forgotten their ids. */
    key: z.string().min(1).max(256).optional(),
    asker: Asker.optional(),
    replyTo,
  }),
  /** Passed up to the first actor of a tree: an actor has a system id (`isHeld`), or has it no longer. */
  z.object({
    ...base,
    kind: z.literal('system-id'),
    from: Address,
    systemId: SystemId,
    holder: Address,
    isHeld: z.boolean(),
  }),
  /** Passed up until an actor knows who has the system id: an event for that one. */
  z.object({
    ...base,
    kind: z.literal('system-event'),
    from: Address,
    systemId: SystemId,
    event: ActorEvent,
  }),
  /** The alarm of an actor's earliest timer. It carries the time it was set for, so that clocks need not agree. */
  z.object({ ...base, kind: z.literal('wake'), dueAtMs: z.number().int() }),
  z.object({
    ...base,
    kind: z.literal('activity-result'),
    childId: z.string().min(1),
    birth: z.number().int().nonnegative(),
    attempt: z.number().int().positive(),
    life,
    outcome: ActivityOutcome,
    /** It was given by token: then only the awaited attempt counts, also for a success. */
    byToken: z.literal(true).optional(),
    replyTo,
  }),
  /** An attempt reports that it is alive; details are shown in the view and given to the next attempt. */
  z.object({
    ...base,
    kind: z.literal('activity-progress'),
    childId: z.string().min(1),
    birth: z.number().int().nonnegative(),
    attempt: z.number().int().positive(),
    life,
    details: Json.optional(),
    replyTo,
  }),
  /** A worker took an attempt. With `asyncUntilMs` it ended without a result, which comes by token before that time. */
  z.object({
    ...base,
    kind: z.literal('activity-started'),
    childId: z.string().min(1),
    birth: z.number().int().nonnegative(),
    attempt: z.number().int().positive(),
    life,
    startedAtMs: z.number().int(),
    asyncUntilMs: z.number().int().optional(),
  }),
  /** The parent no longer wants this actor. */
  z.object({ ...base, kind: z.literal('stop') }),
  /** Asks the machine to end; it may compensate first. */
  z.object({ ...base, kind: z.literal('cancel'), reason, replyTo }),
  /** Ends the actor at once; the machine is not asked. */
  z.object({ ...base, kind: z.literal('terminate'), reason, replyTo }),
  /** From now on envelopes are kept and not applied. */
  z.object({ ...base, kind: z.literal('pause'), reason, replyTo }),
  /** Applies what was kept, in order, and goes on. */
  z.object({ ...base, kind: z.literal('resume'), reason, replyTo }),
]);
export type Envelope = z.infer<typeof Envelope>;
