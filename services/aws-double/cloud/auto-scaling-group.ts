/** Auto Scaling groups. What a group does to its members is in `auto-scaling-progress.ts`. */
import type { Resource, Tag } from './resource.ts';

/** @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
export const SCALING_PROCESSES = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
] as const;
export type ScalingProcess = (typeof SCALING_PROCESSES)[number];

export interface GroupTag extends Tag {
  readonly propagateAtLaunch: boolean;
}

export interface AutoScalingGroup extends Resource {
  readonly arn: string;
  readonly launchTemplate: { readonly id: string; readonly name: string; readonly version: string };
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredCapacity: number;
  readonly defaultCooldownS: number;
  readonly zones: readonly string[];
  readonly subnetIds: readonly string[];
  readonly targetGroupArns: readonly string[];
  readonly healthCheckType: string;
  readonly healthCheckGracePeriodS: number;
  readonly terminationPolicies: readonly string[];
  readonly newInstancesProtected: boolean;
  readonly capacityRebalance: boolean;
  readonly suspended: readonly { readonly process: ScalingProcess; readonly sinceMs: number }[];
  readonly enabledMetrics: readonly string[];
  readonly tags: readonly GroupTag[];
  readonly lastScalingAtMs?: number | undefined;
  /** When the group next compares its members with its desired capacity; absent when it is content. */
  readonly reconcileAtMs?: number | undefined;
  /** "Delete in progress" from here on. */
  readonly deletingAtMs?: number | undefined;
}

export function isSuspended(group: AutoScalingGroup, process: ScalingProcess): boolean {
  return group.suspended.some((entry) => entry.process === process);
}
