/** The stored form of one actor: one KV value, written by one commit. Ours, never the bare XState snapshot. */
import { z } from 'zod';
import { ActivityQueue } from './activity-task.ts';
import { Address } from './address.ts';
import { ActorEvent, Envelope, Parent, SystemId } from './envelope.ts';
import { Failure } from './failure.ts';
import { isPlainObject, Json, JsonObject } from './json.ts';
import { ActivityOptions } from './retry-policy.ts';

export const ActorStatus = z.enum(['active', 'done', 'error', 'stopped']);
export type ActorStatus = z.infer<typeof ActorStatus>;

/**
 * Position in the statechart: `"waiting"` or `{ region: "state" }`.
 *
 * Written out instead of a schema that names itself: zod watches for cycles in all of a value that such a schema is a
 * part of, and every record and view is.
 */
export const StateValue: z.ZodType<StateValue> = z.unknown().check((context) => {
  if (isStateValue(context.value)) return;
  const message = 'Invalid input: expected the name of a state, or one for each region';
  context.issues.push({ code: 'custom', input: context.value, message });
}) as unknown as z.ZodType<StateValue>;
export type StateValue = string | { [region: string]: StateValue };

function isStateValue(value: unknown): boolean {
  if (typeof value === 'string') return true;
  return isPlainObject(value) && Object.values(value).every(isStateValue);
}

/** What becomes of a child actor whose parent ends or leaves the state that invoked it. */
export const ParentClosePolicy = z.enum(['terminate', 'request-cancel', 'abandon']);
export type ParentClosePolicy = z.infer<typeof ParentClosePolicy>;

/** A child as its parent knows it. `birth` is the fence: a later child under the same id has a higher one. */
export const ChildRecord = z.object({
  kind: z.enum(['actor', 'activity']),
  src: z.string(),
  birth: z.number().int().nonnegative(),
  /** Of actors only. */
  address: Address.optional(),
  systemId: z.string().optional(),
  syncSnapshot: z.boolean().optional(),
  /** Its completion was taken: events to it reach nobody, a second completion is stale. */
  finished: z.boolean().optional(),
  /** What becomes of it when its parent ends or leaves it; absent = terminate. */
  closePolicy: ParentClosePolicy.optional(),
});
export type ChildRecord = z.infer<typeof ChildRecord>;

export const TimerRecord = z.object({
  generation: z.number().int().nonnegative(),
  dueAtMs: z.number().int(),
  event: ActorEvent,
  /** Another actor gets the event when the timer is due (a delayed `sendTo`). */
  to: Address.optional(),
  /** Whoever has this system id gets it. */
  toSystemId: SystemId.optional(),
});
export type TimerRecord = z.infer<typeof TimerRecord>;

export const ActivityRecord = z.object({
  birth: z.number().int().nonnegative(),
  name: z.string(),
  queue: ActivityQueue,
  input: Json.optional(),
  options: ActivityOptions,
  attempt: z.number().int().positive(),
  /** Attempts that ended throttled: they do not count against `attemptsMax`. */
  throttledAttempts: z.number().int().nonnegative().optional(),
  scheduledAtMs: z.number().int(),
  deadlineAtMs: z.number().int(),
  /** Set while the actor waits before the next attempt. */
  nextAttemptAtMs: z.number().int().optional(),
  lastFailure: Failure.optional(),
  lastHeartbeat: Json.optional(),
  /** A worker must have taken the current attempt before this time. Absent: it may wait. */
  startByMs: z.number().int().optional(),
  /** When a worker took the current attempt, as far as it was asked to say so. */
  startedAtMs: z.number().int().optional(),
  /** The current attempt ended without a result, which comes by token before this time. */
  asyncUntilMs: z.number().int().optional(),
  /** While the result is to come by token: the next sign of life is due by then. */
  beatByMs: z.number().int().optional(),
  /** The node that runs the current attempt itself, as the owner of the actor's partition. Absent: it went to a queue. */
  near: z.string().min(1).optional(),
});
export type ActivityRecord = z.infer<typeof ActivityRecord>;

/** Someone stopped the actor's clock: what arrives is kept until it is resumed. */
export const Pause = z.object({ sinceMs: z.number().int(), reason: z.string().optional() });
export type Pause = z.infer<typeof Pause>;

/** The actor cannot go on by itself. Its state is as it was; what arrives is kept. */
export const Stall = z.object({
  code: z.string().min(1).max(128),
  /** For a person: what happened and why. */
  reason: z.string().max(4096),
  /** For a person: what to do. */
  remedy: z.string().max(4096),
  sinceMs: z.number().int(),
});
export type Stall = z.infer<typeof Stall>;

/** An envelope that arrived while the actor was paused or stalled, with its place in the log it came from. */
export const HeldEnvelope = z.object({
  log: z.enum(['mailbox', 'ingress']),
  sequence: z.number().int().nonnegative(),
  envelope: Envelope,
});
export type HeldEnvelope = z.infer<typeof HeldEnvelope>;

/** Events that no state took: counted, never silent. */
export const Unhandled = z.object({
  count: z.number().int().positive(),
  lastType: z.string(),
  lastAtMs: z.number().int(),
});
export type Unhandled = z.infer<typeof Unhandled>;

/** Someone asked the actor to end. */
export const CancelRequested = z.object({ atMs: z.number().int(), reason: z.string().optional() });
export type CancelRequested = z.infer<typeof CancelRequested>;

/** What is known of one client's direct asks. */
export const AskedBy = z.object({
  /** All below are decided, and the client knows how. */
  below: z.number().int().positive(),
  /** From there on: those that are decided. */
  decided: z.array(z.number().int().positive()),
  /** Those of them that were refused. */
  refused: z.array(z.number().int().positive()).optional(),
  /** When the newest of them was decided. */
  atMs: z.number().int(),
});
export type AskedBy = z.infer<typeof AskedBy>;

export const ActorRecord = z.object({
  v: z.literal(1),
  address: Address,
  parent: Parent.optional(),
  definition: z.object({ version: z.number().int().positive(), hash: z.string() }),
  status: ActorStatus,
  state: z.object({
    value: StateValue,
    /** Encoded by the checked codec: `undefined` and Date survive. */
    context: JsonObject,
    history: z.record(z.string(), z.array(z.string())),
    output: Json.optional(),
    error: Failure.optional(),
  }),
  children: z.record(z.string(), ChildRecord),
  timers: z.record(z.string(), TimerRecord),
  activities: z.record(z.string(), ActivityRecord),
  /** Of the first actor of a tree: who has which system id, apart from its own children. */
  systemIds: z.record(SystemId, Address).optional(),
  /** Commits so far; strictly rises. */
  step: z.number().int().nonnegative(),
  /** Source of births and generations. */
  sequence: z.number().int().nonnegative(),
  /** Stream sequence of the last envelope applied, per log: a redelivery at or below is a no-op. */
  applied: z.object({ mailbox: z.number().int().nonnegative(), ingress: z.number().int().nonnegative() }),
  /** Step and effect number of the last envelope heard over the ingress, by sender; the most recent senders last. */
  heard: z.record(Address, z.tuple([z.number().int(), z.number().int()])).optional(),
  /** Which life of each sender in `heard` that was, as far as it said so. */
  heardLives: z.record(Address, z.number().int()).optional(),
  /** Keys of clients' events that were applied, the most recent last. */
  keys: z.array(z.string()).optional(),
  /** Direct asks that are decided, by client; the most recent client last. */
  asked: z.record(z.string(), AskedBy).optional(),
  /** Id of the envelope that started it: tells whose start it was after a lost answer. */
  startedBy: z.string().optional(),
  paused: Pause.optional(),
  stalled: Stall.optional(),
  /** In the order of arrival; applied when the actor goes on. */
  held: z.array(HeldEnvelope).optional(),
  unhandled: Unhandled.optional(),
  cancelRequested: CancelRequested.optional(),
  /** For when the actor's alarm is set on the server. */
  wakeAtMs: z.number().int().optional(),
  /**
   * Tells it from an earlier actor of the same address whose record is gone, and whose steps and births were counted
   * from 1, too. Absent in records of before.
   */
  life: z.number().int().optional(),
  startedAtMs: z.number().int(),
  updatedAtMs: z.number().int(),
});
export type ActorRecord = z.infer<typeof ActorRecord>;
