/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachLoadBalancerTargetGroups.html */
import { membersOf } from '../../cloud/auto-scaling-progress.ts';
import { isSuspended } from '../../cloud/auto-scaling-group.ts';
import { lifecycleStateAt } from '../../cloud/instance.ts';
import {
  activeRegistrationsOf,
  deregisterTarget,
  registerTarget,
  targetGroupByArn,
} from '../../cloud/target-transitions.ts';
import { members } from '../../wire/response-xml.ts';
import type { Action } from '../action.ts';
import { existingTargetGroups } from './create-group.ts';
import { groupOf, liveGroupOf } from './group-lookup.ts';

export const attachLoadBalancerTargetGroups: Action = (call) => {
  const { cloud, params, nowMs } = call;
  const group = liveGroupOf(call);
  const arns = existingTargetGroups(call, params.texts('TargetGroupARNs'));
  cloud.put('autoScalingGroup', {
    ...group,
    targetGroupArns: [...new Set([...group.targetGroupArns, ...arns])],
  });
  if (isSuspended(group, 'AddToLoadBalancer')) return {};
  const serving = membersOf(call, group.id).filter((entry) => lifecycleStateAt(entry, nowMs) === 'InService');
  for (const arn of arns) {
    const targetGroup = targetGroupByArn(cloud, arn);
    if (targetGroup === undefined) continue;
    for (const instance of serving) registerTarget(call, { group: targetGroup, instance }, nowMs);
  }
  return {};
};

export const detachLoadBalancerTargetGroups: Action = (call) => {
  const { cloud, params, nowMs } = call;
  const group = liveGroupOf(call);
  const arns = params.texts('TargetGroupARNs');
  cloud.put('autoScalingGroup', {
    ...group,
    targetGroupArns: group.targetGroupArns.filter((arn) => !arns.includes(arn)),
  });
  for (const instance of membersOf(call, group.id)) {
    for (const registration of activeRegistrationsOf(cloud, instance.id)) {
      if (arns.includes(registration.targetGroupArn)) deregisterTarget(call, registration, nowMs);
    }
  }
  return {};
};

export const describeLoadBalancerTargetGroups: Action = (call) => ({
  LoadBalancerTargetGroups: members(
    groupOf(call).targetGroupArns.map((arn) => ({ LoadBalancerTargetGroupARN: arn, State: 'InService' })),
  ),
});
