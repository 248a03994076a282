/** What anyone may see of an actor: stored and republished with each commit. */
import { z } from 'zod';
import { ActorStatus, CancelRequested, Pause, Stall, StateValue, Unhandled } from './actor-record.ts';
import { Address } from './address.ts';
import { Failure } from './failure.ts';
import { Json } from './json.ts';

export const ActivityView = z.object({
  childId: z.string(),
  name: z.string(),
  birth: z.number().int().nonnegative().optional(),
  attempt: z.number().int().positive(),
  scheduledAtMs: z.number().int(),
  deadlineAtMs: z.number().int(),
  nextAttemptAtMs: z.number().int().optional(),
  lastFailure: Failure.optional(),
  lastHeartbeat: Json.optional(),
  startedAtMs: z.number().int().optional(),
  /** Its result is to come by token before this time. */
  asyncUntilMs: z.number().int().optional(),
});
export type ActivityView = z.infer<typeof ActivityView>;

export const TimerView = z.object({ id: z.string(), dueAtMs: z.number().int(), event: z.string() });
export type TimerView = z.infer<typeof TimerView>;

export const ChildView = z.object({
  id: z.string(),
  kind: z.enum(['actor', 'activity']),
  src: z.string(),
  address: Address.optional(),
});
export type ChildView = z.infer<typeof ChildView>;

export const ActorView = z.object({
  v: z.literal(1),
  address: Address,
  parent: Address.optional(),
  status: ActorStatus,
  value: StateValue,
  step: z.number().int().nonnegative(),
  startedAtMs: z.number().int(),
  updatedAtMs: z.number().int(),
  activities: z.array(ActivityView),
  /** Definition version it runs. */
  version: z.number().int().positive().optional(),
  /** Structure hash of that definition. */
  hash: z.string().optional(),
  tags: z.array(z.string()).optional(),
  timers: z.array(TimerView).optional(),
  children: z.array(ChildView).optional(),
  paused: Pause.optional(),
  stalled: Stall.optional(),
  /** Envelopes kept until it goes on. */
  held: z.number().int().positive().optional(),
  unhandled: Unhandled.optional(),
  cancelRequested: CancelRequested.optional(),
  /** What the actor type chooses to show. */
  detail: Json.optional(),
  error: Failure.optional(),
});
export type ActorView = z.infer<typeof ActorView>;
