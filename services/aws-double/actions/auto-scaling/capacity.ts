/** Changing how many members a group wants, and which template they come from. */
import type { AutoScalingGroup } from '../../cloud/auto-scaling-group.ts';
import { AwsError, validationError } from '../../wire/aws-error.ts';
import type { Action } from '../action.ts';
import { checkedBounds, placementOf } from './create-group.ts';
import { launchTemplateOf, liveGroupOf } from './group-lookup.ts';

/**
 * Bounds move the desired capacity with them when the request does not name one.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
 */
export const updateAutoScalingGroup: Action = (call) => {
  const { cloud, params, nowMs, timings } = call;
  const group = liveGroupOf(call);
  const minSize = params.integer('MinSize') ?? group.minSize;
  const maxSize = params.integer('MaxSize') ?? group.maxSize;
  const moved = Math.max(minSize, Math.min(maxSize, group.desiredCapacity));
  const bounds = checkedBounds({
    minSize,
    maxSize,
    desiredCapacity: params.integer('DesiredCapacity') ?? moved,
  });
  const isMoving = params.has('VPCZoneIdentifier') || params.has('AvailabilityZones');
  const policies = params.texts('TerminationPolicies');
  const updated: AutoScalingGroup = {
    ...group,
    ...bounds,
    ...(isMoving ? placementOf(call) : {}),
    launchTemplate: launchTemplateOf(call) ?? group.launchTemplate,
    defaultCooldownS: params.integer('DefaultCooldown') ?? group.defaultCooldownS,
    healthCheckType: params.text('HealthCheckType') ?? group.healthCheckType,
    healthCheckGracePeriodS: params.integer('HealthCheckGracePeriod') ?? group.healthCheckGracePeriodS,
    terminationPolicies: policies.length === 0 ? group.terminationPolicies : policies,
    newInstancesProtected: params.flag('NewInstancesProtectedFromScaleIn') ?? group.newInstancesProtected,
    capacityRebalance: params.flag('CapacityRebalance') ?? group.capacityRebalance,
    reconcileAtMs: soonest(group, nowMs + timings.launchDelayMs),
  };
  cloud.put('autoScalingGroup', updated);
  return {};
};

/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html */
export const setDesiredCapacity: Action = (call) => {
  const { cloud, params, nowMs, timings } = call;
  const group = liveGroupOf(call);
  const desiredCapacity = params.integer('DesiredCapacity');
  if (desiredCapacity === undefined) throw validationError('DesiredCapacity is required');
  if (desiredCapacity > group.maxSize) {
    throw validationError(
      `New SetDesiredCapacity value ${desiredCapacity} is above max value ${group.maxSize} for the AutoScalingGroup.`,
    );
  }
  if (desiredCapacity < group.minSize) {
    throw validationError(
      `New SetDesiredCapacity value ${desiredCapacity} is below min value ${group.minSize} for the AutoScalingGroup.`,
    );
  }
  const cooldownEndsMs = (group.lastScalingAtMs ?? -Infinity) + group.defaultCooldownS * 1_000;
  if (params.flag('HonorCooldown') === true && nowMs < cooldownEndsMs) {
    throw new AwsError(
      'ScalingActivityInProgress',
      `Scaling activity is in progress for group ${group.id}: its cooldown has not ended.`,
    );
  }
  const reconcileAtMs = soonest(group, nowMs + timings.launchDelayMs);
  cloud.put('autoScalingGroup', { ...group, desiredCapacity, reconcileAtMs });
  return {};
};

/** When to compare members and capacity, if something else has already asked for it. */
export function soonest(group: AutoScalingGroup, atMs: number): number {
  return Math.min(group.reconcileAtMs ?? Infinity, atMs);
}
