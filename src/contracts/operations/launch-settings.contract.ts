/** What a server group's instances are launched with: typed, complete, no references left to resolve by name. */
import { z } from 'zod';
import { Capacity } from '../server-group.ts';

export const BlockDevice = z.object({
  deviceName: z.string().min(1),
  virtualName: z.string().optional(),
  snapshotId: z.string().optional(),
  sizeGiB: z.number().int().positive().optional(),
  volumeType: z.string().optional(),
  iops: z.number().int().positive().optional(),
  encrypted: z.boolean().optional(),
  deleteOnTermination: z.boolean().optional(),
});
export type BlockDevice = z.infer<typeof BlockDevice>;

/** Settings that a clone takes from its source unless the request says otherwise. */
export const LaunchSettings = z.object({
  /** Image id (`ami-…`) or image name. */
  image: z.string().optional(),
  instanceType: z.string().optional(),
  keyPair: z.string().optional(),
  iamRole: z.string().optional(),
  /** Ids (`sg-…`) or names. */
  securityGroups: z.array(z.string()).optional(),
  /** Names. */
  targetGroups: z.array(z.string()).optional(),
  associatePublicIpAddress: z.boolean().optional(),
  ebsOptimized: z.boolean().optional(),
  instanceMonitoring: z.boolean().optional(),
  requireImdsV2: z.boolean().optional(),
  unlimitedCpuCredits: z.boolean().optional(),
  /** Highest price per hour for spot instances, in US dollars. */
  spotPrice: z.string().optional(),
  userDataBase64: z.string().optional(),
  blockDevices: z.array(BlockDevice).optional(),
  healthCheckType: z.string().optional(),
  healthCheckGracePeriodSec: z.number().int().nonnegative().optional(),
  cooldownSec: z.number().int().nonnegative().optional(),
  terminationPolicies: z.array(z.string()).optional(),
  capacityRebalance: z.boolean().optional(),
  tags: z.record(z.string(), z.string()).optional(),
});
export type LaunchSettings = z.infer<typeof LaunchSettings>;

/** Where a new server group comes from: for its capacity, or for a clone. */
export const ServerGroupSource = z.object({
  account: z.string(),
  region: z.string(),
  serverGroupName: z.string(),
});

/** Typed description of `createServerGroup` and `cloneServerGroup`, for one region. */
export const DeployTarget = z.object({
  account: z.string(),
  region: z.string(),
  application: z.string(),
  stack: z.string().optional(),
  detail: z.string().optional(),
  cluster: z.string(),
  /** Zones asked for; empty: all that fit. */
  zones: z.array(z.string()),
  /** Purpose of the subnets to use (their tag); absent: the default network. */
  subnetType: z.string().optional(),
  subnetIds: z.array(z.string()).optional(),
  launch: LaunchSettings,
  /** Absent: taken from the source. */
  capacity: Capacity.optional(),
  useSourceCapacity: z.boolean(),
  /** A clone without a named source takes the newest server group of the cluster. */
  clone: z.boolean(),
  source: ServerGroupSource.optional(),
  /** Forces the number in the name. */
  sequence: z.number().int().min(0).max(999).optional(),
  /** The name carries no number. */
  ignoreSequence: z.boolean(),
  /** The new server group takes no traffic until it is enabled. */
  startDisabled: z.boolean(),
  suspendedProcesses: z.array(z.string()),
  enabledMetrics: z.array(z.string()),
});
export type DeployTarget = z.infer<typeof DeployTarget>;

/** Typed description of the operations on one existing server group. */
export const ServerGroupTarget = z.object({
  account: z.string(),
  region: z.string(),
  serverGroupName: z.string(),
  /** Of `resizeServerGroup`. */
  capacity: Capacity.optional(),
  /** Of `disableServerGroup`: below 100, only this share of the instances stops taking traffic. */
  desiredPercentage: z.number().min(0).max(100).optional(),
});
export type ServerGroupTarget = z.infer<typeof ServerGroupTarget>;

/** Typed description of `describeCluster`, for one region. */
export const ClusterTarget = z.object({ account: z.string(), region: z.string(), cluster: z.string() });
export type ClusterTarget = z.infer<typeof ClusterTarget>;
