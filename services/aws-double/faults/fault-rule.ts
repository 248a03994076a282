/** Rules that make the double misbehave as AWS does. */
import { z } from 'zod';

/**
 * - `throttle`: Throttling (400), or RequestLimitExceeded (503) from EC2; nothing happens
 * - `error-500`, `error-503`: the service fails; with `afterEffect` it has done the work all the same
 * - `delay`: the answer comes `delayMs` later than the effect
 * - `reset-before`: the connection breaks, nothing happened
 * - `reset-after`: the connection breaks after the work was done: the reply is lost
 * - `stale-read`: reads do not show resources younger than `delayMs`
 * - `capacity`: Auto Scaling's launches fail for want of capacity (matched by account, region and group only)
 */
export const FaultKind = z.enum([
  'throttle',
  'error-500',
  'error-503',
  'delay',
  'reset-before',
  'reset-after',
  'stale-read',
  'capacity',
]);
export type FaultKind = z.infer<typeof FaultKind>;

export const FaultRule = z.strictObject({
  match: z
    .strictObject({
      service: z.enum(['ec2', 'autoscaling', 'elasticloadbalancing', 'sts']).optional(),
      action: z.string().optional(),
      region: z.string().optional(),
      account: z.string().optional(),
      /** For `capacity`: name of the Auto Scaling group. */
      group: z.string().optional(),
    })
    .default({}),
  fault: FaultKind,
  /** 0 to 1: share of the matching calls, or launches, that are hit. */
  probability: z.number().min(0).max(1).default(1),
  /** At most this many hits; unlimited when absent. */
  times: z.number().int().positive().optional(),
  delayMs: z.number().int().nonnegative().default(1_000),
  afterEffect: z.boolean().default(false),
});
export type FaultRule = z.infer<typeof FaultRule>;

/** Body of `POST /_double/faults`: replaces all rules. The same seed and the same calls give the same hits. */
export const FaultPlan = z.strictObject({
  rules: z.array(FaultRule),
  seed: z.number().int().default(1),
});
export type FaultPlan = z.infer<typeof FaultPlan>;
