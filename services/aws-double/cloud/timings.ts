/** How long things take, in milliseconds. All states are derived from these and the clock at the time of a request. */
import { z } from 'zod';

export const Timings = z.object({
  /** From a change of capacity until Auto Scaling launches the instance. */
  launchDelayMs: z.number().int().nonnegative().default(150),
  /** How long an instance is `pending`. */
  pendingMs: z.number().int().nonnegative().default(1_200),
  /** How long a registered target of a running instance is `initial`. */
  targetInitialMs: z.number().int().nonnegative().default(800),
  /** How long a deregistered target is `draining`; stands for the target group's deregistration delay. */
  deregistrationDelayMs: z.number().int().nonnegative().default(800),
  /** How long an instance is `shutting-down`. */
  shutdownMs: z.number().int().nonnegative().default(600),
  /** From the loss of a member until its group launches another. */
  replacementDelayMs: z.number().int().nonnegative().default(500),
  /** How long a group shows "Delete in progress" at least. */
  groupDeleteMs: z.number().int().nonnegative().default(400),
  /** How long Auto Scaling waits after a launch was refused for want of capacity. */
  capacityRetryMs: z.number().int().positive().default(2_000),
  /** How long a terminated instance stays visible. */
  terminatedVisibleMs: z.number().int().nonnegative().default(600_000),
  /** How long a new load balancer is `provisioning`. */
  loadBalancerProvisioningMs: z.number().int().nonnegative().default(300),
});
export type Timings = z.infer<typeof Timings>;

/** Everything at once: for tests that care about outcomes and not about waiting. */
export const INSTANT: Timings = Timings.parse({
  launchDelayMs: 0,
  pendingMs: 0,
  targetInitialMs: 0,
  deregistrationDelayMs: 0,
  shutdownMs: 0,
  replacementDelayMs: 0,
  groupDeleteMs: 0,
  loadBalancerProvisioningMs: 0,
});
