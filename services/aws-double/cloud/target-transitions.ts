/** Registering and deregistering targets: pure transitions, set semantics. */
import type { CloudTransaction } from './cloud-store.ts';
import type { Instance } from './instance.ts';
import type { TargetGroup } from './target-group.ts';
import { registrationId, type TargetRegistration } from './target-registration.ts';
import type { Timings } from './timings.ts';

export interface TransitionContext {
  readonly cloud: CloudTransaction;
  readonly timings: Timings;
}

/** Registers an instance at a moment. Registered already and not draining: nothing changes. */
export function registerTarget(
  context: TransitionContext,
  target: { readonly group: TargetGroup; readonly instance: Instance; readonly port?: number | undefined },
  atMs: number,
): void {
  const { group, instance } = target;
  const port = target.port ?? group.port;
  const id = registrationId(group.arn, instance.id, port);
  const known = context.cloud.getFresh('targetRegistration', id);
  if (known !== undefined && known.deregisteredAtMs === undefined) return;
  context.cloud.put('targetRegistration', {
    id,
    createdAtMs: atMs,
    targetGroupArn: group.arn,
    instanceId: instance.id,
    port,
    healthyAtMs: Math.max(atMs, instance.runningAtMs) + context.timings.targetInitialMs,
    neverHealthy: context.cloud.getFresh('image', instance.imageId)?.health === 'unhealthy',
  });
}

/** Starts the draining. Not registered or draining already: nothing changes. */
export function deregisterTarget(
  context: TransitionContext,
  registration: TargetRegistration,
  atMs: number,
): void {
  if (registration.deregisteredAtMs !== undefined) return;
  context.cloud.put('targetRegistration', {
    ...registration,
    deregisteredAtMs: atMs,
    endedAtMs: atMs + context.timings.deregistrationDelayMs,
  });
}

/** Registrations of one instance that are not draining. */
export function activeRegistrationsOf(cloud: CloudTransaction, instanceId: string): TargetRegistration[] {
  return cloud
    .list('targetRegistration')
    .filter((entry) => entry.instanceId === instanceId && entry.deregisteredAtMs === undefined);
}

export function targetGroupByArn(cloud: CloudTransaction, arn: string): TargetGroup | undefined {
  return cloud.list('targetGroup').find((group) => group.arn === arn);
}
