/**
 * A group's member was killed from outside. The group replaces it, unless the process that would notice
 * (HealthCheck) or the one that would act (ReplaceUnhealthy) is suspended.
 */
import { isSuspended } from './auto-scaling-group.ts';
import type { CloudTransaction } from './cloud-store.ts';
import type { Instance } from './instance.ts';
import type { Timings } from './timings.ts';

export function noticeLoss(
  context: { readonly cloud: CloudTransaction; readonly timings: Timings; readonly nowMs: number },
  instance: Instance,
): Instance {
  const group =
    instance.groupName === undefined
      ? undefined
      : context.cloud.getFresh('autoScalingGroup', instance.groupName);
  if (group === undefined || instance.leavingAtMs !== context.nowMs) return instance;
  if (isSuspended(group, 'HealthCheck') || isSuspended(group, 'ReplaceUnhealthy')) {
    const unnoticed = { ...instance, lossUnnoticed: true };
    context.cloud.put('instance', unnoticed);
    return unnoticed;
  }
  const noticedAtMs = context.nowMs + context.timings.replacementDelayMs;
  const reconcileAtMs = Math.min(group.reconcileAtMs ?? Infinity, noticedAtMs);
  context.cloud.put('autoScalingGroup', { ...group, reconcileAtMs });
  return instance;
}
