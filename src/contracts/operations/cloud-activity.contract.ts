/**
 * The cloud activities: what operation machines ask of a provider and what comes back. Domain words only.
 *
 * Every input names account and region: they choose the queue, the credentials and the rate limit.
 * `operation` is the address of the operation actor: everything it makes carries it as a tag, and nothing
 * without that tag is ever removed by a compensation.
 */
import { z } from 'zod';
import { Capacity, ServerGroup } from '../server-group.ts';
import { LaunchSettings } from './launch-settings.contract.ts';

/** Tags that Windlass writes on what it creates. Sweepers and tests find resources by them. */
export const RESOURCE_TAGS = {
  operation: 'windlass:operation',
  application: 'windlass:application',
  cluster: 'windlass:cluster',
  execution: 'windlass:execution',
  user: 'windlass:user',
} as const;

/** A server group with what only Clouddriver needs to know. */
export const ServerGroupDetail = ServerGroup.extend({
  /** Its removal is under way. */
  deleting: z.boolean(),
  suspendedProcesses: z.array(z.string()),
  /** Ids of instances that still finish connections after leaving a target group. */
  draining: z.array(z.string()),
  launchTemplateName: z.string().optional(),
  /** Tag of the operation that created it. */
  operation: z.string().optional(),
  subnetIds: z.array(z.string()),
  zones: z.array(z.string()),
  /** Everything a clone copies. */
  launch: LaunchSettings,
});
export type ServerGroupDetail = z.infer<typeof ServerGroupDetail>;

const place = { account: z.string(), region: z.string() };
const named = { ...place, serverGroupName: z.string() };

/** Who made a resource and what for. */
export const Ownership = z.object({
  operation: z.string(),
  application: z.string(),
  cluster: z.string(),
  executionId: z.string(),
  user: z.string(),
});
export type Ownership = z.infer<typeof Ownership>;

/**
 * What a compensation found: it undid something, there was nothing to undo, or the resource is not there.
 * `absent` right after an unknown outcome can be a stale read: the saga then looks again.
 */
export const UndoOutcome = z.object({ outcome: z.enum(['undone', 'unchanged', 'absent']) });
export type UndoOutcome = z.infer<typeof UndoOutcome>;

/** Time since when our own creation may still be invisible; reads that find nothing wait for 5 minutes from here. */
const createdAtMs = z.number().int().optional();

export const CLOUD_ACTIVITIES = {
  /** Names of a cluster's server groups, cheap: one paged read. */
  listCluster: {
    input: z.object({ ...place, cluster: z.string() }),
    output: z.object({ existing: z.array(z.object({ name: z.string(), createdAtMs: z.number().int() })) }),
  },
  /** A cluster with instances and their health. */
  describeCluster: {
    input: z.object({ ...place, cluster: z.string() }),
    output: z.object({ serverGroups: z.array(ServerGroup) }),
  },
  describeServerGroup: {
    input: z.object(named),
    output: z.object({ serverGroup: ServerGroupDetail.nullable() }),
  },
  resolveImage: {
    input: z.object({ ...place, image: z.string() }),
    output: z.object({ imageId: z.string(), imageName: z.string().optional() }),
  },
  resolveTargetGroups: {
    input: z.object({ ...place, names: z.array(z.string()) }),
    output: z.object({ targetGroupArns: z.array(z.string()) }),
  },
  resolveNetwork: {
    input: z.object({
      ...place,
      zones: z.array(z.string()),
      subnetType: z.string().optional(),
      subnetIds: z.array(z.string()).optional(),
    }),
    output: z.object({
      subnetIds: z.array(z.string()),
      zones: z.array(z.string()),
      vpcId: z.string().optional(),
    }),
  },
  resolveSecurityGroups: {
    input: z.object({ ...place, names: z.array(z.string()), vpcId: z.string().optional() }),
    output: z.object({ securityGroupIds: z.array(z.string()) }),
  },
  createLaunchTemplate: {
    input: z.object({
      ...place,
      owner: Ownership,
      launchTemplateName: z.string(),
      serverGroupName: z.string(),
      imageId: z.string(),
      securityGroupIds: z.array(z.string()),
      launch: LaunchSettings,
    }),
    output: z.object({ launchTemplateId: z.string(), version: z.string() }),
  },
  /** Compensation, and the last step of a destruction. */
  deleteLaunchTemplate: {
    input: z.object({
      ...place,
      launchTemplateName: z.string(),
      launchTemplateId: z.string().optional(),
      /** Only when it carries this operation's tag. */
      onlyOperation: z.string().optional(),
    }),
    output: UndoOutcome,
  },
  createAutoScalingGroup: {
    input: z.object({
      ...named,
      owner: Ownership,
      launchTemplateId: z.string(),
      launchTemplateVersion: z.string(),
      launchTemplateCreatedAtMs: createdAtMs,
      subnetIds: z.array(z.string()),
      zones: z.array(z.string()),
      targetGroupArns: z.array(z.string()),
      launch: LaunchSettings,
    }),
    output: z.object({}),
  },
  deleteAutoScalingGroup: {
    input: z.object({ ...named, onlyOperation: z.string().optional() }),
    output: UndoOutcome,
  },
  /** Absolute values: sending it twice changes nothing. */
  setCapacity: {
    input: z.object({ ...named, capacity: Capacity, createdAtMs }),
    output: UndoOutcome,
  },
  suspendProcesses: {
    input: z.object({ ...named, processes: z.array(z.string()), createdAtMs }),
    output: UndoOutcome,
  },
  resumeProcesses: {
    input: z.object({ ...named, processes: z.array(z.string()) }),
    output: UndoOutcome,
  },
  enableMetrics: {
    input: z.object({ ...named, metrics: z.array(z.string()), createdAtMs }),
    output: z.object({}),
  },
  /** Set semantics. Instances default to all that are in service. */
  registerTargets: {
    input: z.object({ ...named, instanceIds: z.array(z.string()).optional() }),
    output: UndoOutcome.extend({ instanceIds: z.array(z.string()) }),
  },
  /** Below 100, `percentage` chooses that share of the instances, in order of their ids. */
  deregisterTargets: {
    input: z.object({
      ...named,
      instanceIds: z.array(z.string()).optional(),
      percentage: z.number().min(0).max(100).optional(),
    }),
    output: UndoOutcome.extend({ instanceIds: z.array(z.string()) }),
  },
  /** Reads back until the server group is as expected; fails with the differences. */
  verifyServerGroup: {
    input: z.object({
      ...named,
      expected: z.object({
        capacity: Capacity.optional(),
        /** False: capacity is checked in minimum and maximum only, since scaling policies move the rest. */
        exactDesired: z.boolean().optional(),
        disabled: z.boolean().optional(),
        absent: z.boolean().optional(),
        launchTemplateId: z.string().optional(),
        operation: z.string().optional(),
      }),
    }),
    output: z.object({ capacity: Capacity.optional() }),
  },
} as const;

export type CloudActivityName = keyof typeof CLOUD_ACTIVITIES;
export type CloudActivityInput<N extends CloudActivityName> = z.infer<(typeof CLOUD_ACTIVITIES)[N]['input']>;
export type CloudActivityOutput<N extends CloudActivityName> = z.infer<
  (typeof CLOUD_ACTIVITIES)[N]['output']
>;
