/** One attempt of an activity, as dispatched to workers, and what came of it. */
import { z } from 'zod';
import { Address } from './address.ts';
import { Failure } from './failure.ts';
import { Json } from './json.ts';

/** A limit class: activities of one queue share a concurrency limit over all replicas. */
export const ActivityQueue = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

export const ActivityTask = z.object({
  v: z.literal(1),
  actor: Address,
  /** The child id under which the machine invoked it. */
  childId: z.string().min(1),
  /** Which visit of that child: the fence. A result with another birth is dropped. */
  birth: z.number().int().nonnegative(),
  name: z.string().min(1),
  queue: ActivityQueue,
  input: Json.optional(),
  /** Counted from 1. */
  attempt: z.number().int().positive(),
  /** A step of the actor whose record has the attempt: what an earlier one shows says nothing about it. */
  step: z.number().int().positive().optional(),
  scheduledAtMs: z.number().int(),
  /** Absolute end of the whole activity, in epoch milliseconds. */
  deadlineAtMs: z.number().int(),
  startToCloseMs: z.number().int().positive(),
  heartbeatMs: z.number().int().min(0),
  /** Details of the last heartbeat of an earlier attempt. */
  lastHeartbeat: Json.optional(),
  /** No worker may start it later, in epoch milliseconds; whoever starts it says so first. */
  startByMs: z.number().int().optional(),
  /** How long the code may clean up after its signal fired; absent = 5 s. */
  cancelGraceMs: z.number().int().min(0).optional(),
  /** Which life of the actor it is for. */
  life: z.number().int().optional(),
  /** The machine expects a reference to the output. */
  largeOutput: z.literal(true).optional(),
});
export type ActivityTask = z.infer<typeof ActivityTask>;

export const ActivityOutcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('succeeded'), output: Json.optional() }),
  z.object({ status: z.literal('failed'), failure: Failure }),
]);
export type ActivityOutcome = z.infer<typeof ActivityOutcome>;
