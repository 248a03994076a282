/** A server group (an Auto Scaling group on AWS) as operations report it. */
import { z } from 'zod';

export const Capacity = z.object({
  min: z.number().int().nonnegative(),
  max: z.number().int().nonnegative(),
  desired: z.number().int().nonnegative(),
});
export type Capacity = z.infer<typeof Capacity>;

/** `up`: in service and healthy everywhere it is registered. `outOfService`: running, but takes no traffic. */
export const InstanceHealth = z.enum(['starting', 'up', 'down', 'outOfService', 'terminating']);

export const ServerGroup = z.object({
  account: z.string(),
  region: z.string(),
  name: z.string(),
  cluster: z.string(),
  createdAtMs: z.number().int(),
  capacity: Capacity,
  /** Takes no traffic: Launch, Terminate and AddToLoadBalancer are suspended. */
  disabled: z.boolean(),
  instances: z.array(z.object({ id: z.string(), zone: z.string(), health: InstanceHealth })),
  imageId: z.string().optional(),
  imageName: z.string().optional(),
  instanceType: z.string().optional(),
  launchTemplateId: z.string().optional(),
  targetGroups: z.array(z.string()),
});
export type ServerGroup = z.infer<typeof ServerGroup>;

/** Outputs of `describeCluster`: newest first. Context in: `cluster`, `credentials`, `regions`. */
export const ClusterDescription = z.object({ serverGroups: z.array(ServerGroup) });
export type ClusterDescription = z.infer<typeof ClusterDescription>;

/** Context of `awaitServerGroup`. */
export const AwaitServerGroup = z.object({
  credentials: z.string(),
  region: z.string(),
  serverGroupName: z.string(),
  condition: z.enum(['up', 'down', 'capacity', 'absent']),
  /** For `up`: share of the desired instances that must be up, in percent. */
  targetHealthyDeployPercentage: z.number().min(0).max(100).default(100),
  /** For `capacity`. */
  capacity: Capacity.optional(),
  /** Give up after this long, in milliseconds. */
  timeoutMs: z.number().int().positive().default(7_200_000),
});
export type AwaitServerGroup = z.infer<typeof AwaitServerGroup>;
