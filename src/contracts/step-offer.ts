/** One node asks another of its service to compute a step: request and answer. Pure, so either may be lost or repeated. */
import { z } from 'zod';
import { ActivityQueue, ActivityTask } from './activity-task.ts';
import { ActorRecord } from './actor-record.ts';
import { ActorView } from './actor-view.ts';
import { Address } from './address.ts';
import { ActorEvent, Envelope, Parent } from './envelope.ts';
import { Json } from './json.ts';
import { StepNote } from './step-note.ts';

/** What a step asks the world to do, as it travels between nodes. */
export const StepEffect = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('send'), to: Address, event: ActorEvent }),
  z.object({
    kind: z.literal('system-id'),
    to: Address,
    systemId: z.string(),
    holder: Address,
    isHeld: z.boolean(),
  }),
  z.object({ kind: z.literal('system-event'), to: Address, systemId: z.string(), event: ActorEvent }),
  z.object({ kind: z.literal('start-actor'), to: Address, input: Json.optional(), parent: Parent }),
  z.object({ kind: z.literal('stop-actor'), to: Address }),
  z.object({ kind: z.literal('cancel-actor'), to: Address, reason: z.string() }),
  z.object({ kind: z.literal('run-activity'), task: ActivityTask }),
  z.object({
    kind: z.literal('cancel-activity'),
    queue: ActivityQueue,
    childId: z.string().min(1),
    birth: z.number().int().nonnegative(),
  }),
  z.object({ kind: z.literal('set-wake'), dueAtMs: z.number().int() }),
  z.object({ kind: z.literal('clear-wake') }),
  z.object({ kind: z.literal('emit'), event: ActorEvent }),
  z.object({ kind: z.literal('log'), label: z.string().optional(), value: Json }),
]);
export type StepEffect = z.infer<typeof StepEffect>;

const LogName = z.enum(['mailbox', 'ingress']);

export const StepDelivery = z.object({
  envelope: Envelope,
  log: LogName,
  sequence: z.number().int().nonnegative(),
});
export type StepDelivery = z.infer<typeof StepDelivery>;

export const StepRequest = z.discriminatedUnion('kind', [
  z.object({
    v: z.literal(1),
    kind: z.literal('step'),
    record: ActorRecord,
    deliveries: z.array(StepDelivery),
    nowMs: z.number().int(),
  }),
  /** The first step of an actor whose type the asking node does not have, from the first envelope to it. */
  z.object({
    v: z.literal(1),
    kind: z.literal('create'),
    delivery: StepDelivery,
    nowMs: z.number().int(),
    /** Whoever has the address until now. */
    replaces: ActorRecord.optional(),
  }),
]);
export type StepRequest = z.infer<typeof StepRequest>;

export const StepAnswer = z.discriminatedUnion('kind', [
  z.object({
    v: z.literal(1),
    kind: z.literal('made'),
    record: ActorRecord,
    effects: z.array(StepEffect),
    refusals: z.array(z.object({ envelopeId: z.string(), reason: z.string() })),
    note: StepNote,
    view: ActorView,
    retentionMs: z.number().int().positive().optional(),
    /** Ids of envelopes that are kept for later. */
    held: z.array(z.string()).optional(),
    /** No room to keep them. */
    overflow: z.array(StepDelivery).optional(),
    /** Kept earlier, and decided now; with `parkedFrom` it is to be parked, and says where it was read. */
    settled: z
      .array(
        z.object({
          envelope: Envelope,
          reason: z.string().optional(),
          parkedFrom: z.object({ log: LogName, sequence: z.number().int().nonnegative() }).optional(),
        }),
      )
      .optional(),
    unhandled: z.array(z.string()).optional(),
    sizeChars: z.number().int().optional(),
  }),
  /** The envelope does not start an actor of this type. */
  z.object({ v: z.literal(1), kind: z.literal('not-started'), reason: z.string() }),
  /** The definition's own checks refuse these envelopes; there is no step before they are parked. */
  z.object({
    v: z.literal(1),
    kind: z.literal('invalid'),
    problems: z.array(z.object({ envelopeId: z.string(), problem: z.string() })).min(1),
  }),
  /** The step cannot be made; nothing may be committed. */
  z.object({ v: z.literal(1), kind: z.literal('failed'), code: z.string(), message: z.string() }),
  /** Request or answer is larger than what the bus carries at once. */
  z.object({
    v: z.literal(1),
    kind: z.literal('too-large'),
    sizeBytes: z.number().int(),
    limitBytes: z.number().int(),
  }),
]);
export type StepAnswer = z.infer<typeof StepAnswer>;
