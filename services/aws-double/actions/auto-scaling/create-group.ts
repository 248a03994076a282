/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html */
import type { AutoScalingGroup, GroupTag } from '../../cloud/auto-scaling-group.ts';
import type { Subnet } from '../../cloud/network.ts';
import { targetGroupByArn } from '../../cloud/target-transitions.ts';
import { AwsError, validationError } from '../../wire/aws-error.ts';
import type { Params } from '../../wire/params.ts';
import type { Action, ActionCall } from '../action.ts';
import { launchTemplateOf, requiredText } from './group-lookup.ts';
import { putHook } from './lifecycle-hooks.ts';

const DEFAULT_COOLDOWN_S = 300;

export const createAutoScalingGroup: Action = (call) => {
  const { cloud, params, nowMs, scope } = call;
  const name = requiredText(params, 'AutoScalingGroupName');
  const present = cloud.getFresh('autoScalingGroup', name);
  if (present !== undefined) {
    const state =
      present.deletingAtMs === undefined
        ? ''
        : ' and is pending delete. Please wait until Autoscaling completes the deletion process before creating another group with the same name.';
    throw new AwsError(
      'AlreadyExists',
      `AutoScalingGroup by this name already exists - A group with the name ${name} already exists${state}`,
    );
  }
  const launchTemplate = launchTemplateOf(call);
  if (launchTemplate === undefined) {
    throw validationError(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  }
  const bounds = boundsOf(params);
  const place = placementOf(call);
  const targetGroupArns = existingTargetGroups(call, params.texts('TargetGroupARNs'));
  const group: AutoScalingGroup = {
    id: name,
    createdAtMs: nowMs,
    arn: `arn:aws:autoscaling:${scope.region}:${scope.account}:autoScalingGroup:${cloud.newDigits(32)}:autoScalingGroupName/${name}`,
    launchTemplate,
    ...bounds,
    ...place,
    defaultCooldownS: params.integer('DefaultCooldown') ?? DEFAULT_COOLDOWN_S,
    targetGroupArns,
    healthCheckType: params.text('HealthCheckType') ?? 'EC2',
    healthCheckGracePeriodS: params.integer('HealthCheckGracePeriod') ?? 0,
    terminationPolicies: withDefault(params.texts('TerminationPolicies'), 'Default'),
    newInstancesProtected: params.flag('NewInstancesProtectedFromScaleIn') ?? false,
    capacityRebalance: params.flag('CapacityRebalance') ?? false,
    suspended: [],
    enabledMetrics: [],
    tags: groupTags(params),
    reconcileAtMs: nowMs + call.timings.launchDelayMs,
  };
  cloud.put('autoScalingGroup', group);
  for (const hook of params.nodes('LifecycleHookSpecificationList')) putHook(call, group, hook);
  return {};
};

/** The tags of a request, for CreateAutoScalingGroup and CreateOrUpdateTags alike. */
export function groupTags(params: Params): GroupTag[] {
  return params.nodes('Tags').map((tag) => ({
    key: tag.required('Key'),
    value: tag.text('Value') ?? '',
    propagateAtLaunch: tag.flag('PropagateAtLaunch') ?? true,
  }));
}

/** @throws AwsError ValidationError when one does not exist */
export function existingTargetGroups({ cloud }: ActionCall, arns: string[]): string[] {
  const unknown = arns.filter((arn) => targetGroupByArn(cloud, arn) === undefined);
  if (unknown.length > 0) {
    throw validationError(
      `Provided Target Groups may not be valid. Please ensure they exist and try again: ${unknown.join(', ')}`,
    );
  }
  return arns;
}

function withDefault(values: string[], fallback: string): string[] {
  return values.length === 0 ? [fallback] : values;
}

interface Bounds {
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredCapacity: number;
}

function boundsOf(params: Params): Bounds {
  const minSize = params.integer('MinSize');
  const maxSize = params.integer('MaxSize');
  if (minSize === undefined || maxSize === undefined) {
    throw validationError('MinSize and MaxSize are required');
  }
  return checkedBounds({ minSize, maxSize, desiredCapacity: params.integer('DesiredCapacity') ?? minSize });
}

/** @throws AwsError ValidationError when they contradict each other */
export function checkedBounds(bounds: Bounds): Bounds {
  const { minSize, maxSize, desiredCapacity } = bounds;
  if (minSize < 0)
    throw validationError(`Value '${minSize}' at 'minSize' must be greater than or equal to 0`);
  if (minSize > maxSize) {
    throw validationError(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`);
  }
  if (desiredCapacity < minSize || desiredCapacity > maxSize) {
    throw validationError(
      `Desired capacity:${desiredCapacity} must be between the specified min size:${minSize} and max size:${maxSize}`,
    );
  }
  return bounds;
}

/** Subnets and zones a group spreads over; undefined members are not named by the request. */
export function placementOf(call: ActionCall): { subnetIds: string[]; zones: string[] } {
  const named = (call.params.text('VPCZoneIdentifier') ?? '').split(',').filter((id) => id !== '');
  const zones = call.params.texts('AvailabilityZones');
  if (named.length === 0 && zones.length === 0) {
    throw validationError('At least one Availability Zone or VPC Subnet is required.');
  }
  const all = call.cloud.list('subnet');
  const chosen = named.map((id): Subnet => {
    const subnet = all.find((entry) => entry.id === id);
    if (subnet === undefined) throw validationError(`The subnet ID '${id}' does not exist`);
    return subnet;
  });
  if (chosen.length > 0) {
    const covered = [...new Set(chosen.map((subnet) => subnet.zone))];
    if (zones.some((zone) => !covered.includes(zone))) {
      throw validationError(
        'The availability zones of the specified subnets and the Auto Scaling group do not match',
      );
    }
    return { subnetIds: named, zones: covered };
  }
  const unknown = zones.find((zone) => !zone.startsWith(call.scope.region));
  if (unknown !== undefined) throw validationError(`Invalid availability zones: [${unknown}]`);
  return { subnetIds: [], zones };
}
