/**
 * Instances. Every state is derived from stored times and the clock, so nothing has to tick:
 * pending until `runningAtMs`, then running until `shutdownAtMs`, then shutting-down until `endedAtMs`.
 */
import type { Resource } from './resource.ts';

export interface Instance extends Resource {
  readonly imageId: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly securityGroupIds: readonly string[];
  readonly keyName?: string | undefined;
  readonly privateIp: string;
  readonly reservationId: string;
  readonly clientToken?: string | undefined;
  readonly launchTemplate?:
    | { readonly id: string; readonly name: string; readonly version: string }
    | undefined;
  readonly runningAtMs: number;
  /** The group gave it up: it takes no new traffic and no longer counts. */
  readonly leavingAtMs?: number | undefined;
  readonly shutdownAtMs?: number | undefined;
  readonly groupName?: string | undefined;
  readonly protectedFromScaleIn: boolean;
  /** The group has decided whether to register it with its target groups; done once, when it is running. */
  readonly admitted: boolean;
  /** Killed from outside while health checks were suspended: its group still counts it. */
  readonly lossUnnoticed?: boolean | undefined;
}

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated';

export const INSTANCE_STATE_CODES: Record<InstanceState, number> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
};

export function instanceStateAt(instance: Instance, nowMs: number): InstanceState {
  if (instance.endedAtMs !== undefined && nowMs >= instance.endedAtMs) return 'terminated';
  if (instance.shutdownAtMs !== undefined && nowMs >= instance.shutdownAtMs) return 'shutting-down';
  return nowMs >= instance.runningAtMs ? 'running' : 'pending';
}

/** State within an Auto Scaling group. */
export function lifecycleStateAt(instance: Instance, nowMs: number): 'Pending' | 'InService' | 'Terminating' {
  if (instance.leavingAtMs !== undefined && !instance.lossUnnoticed) return 'Terminating';
  return nowMs >= instance.runningAtMs ? 'InService' : 'Pending';
}

/** Does its group count it towards the desired capacity? */
export function countsAsMember(instance: Instance): boolean {
  return (
    instance.groupName !== undefined &&
    (instance.leavingAtMs === undefined || instance.lossUnnoticed === true)
  );
}
