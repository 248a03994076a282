/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html */
import type { AutoScalingGroup } from '../../cloud/auto-scaling-group.ts';
import { validationError } from '../../wire/aws-error.ts';
import type { Params } from '../../wire/params.ts';
import { members } from '../../wire/response-xml.ts';
import type { Action, ActionCall } from '../action.ts';
import { groupOf, liveGroupOf, requiredText } from './group-lookup.ts';

const TRANSITIONS = ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'];
const HEARTBEAT_DEFAULT_S = 3_600;

export const putLifecycleHook: Action = (call) => {
  putHook(call, liveGroupOf(call), call.params);
  return {};
};

/** Creates or replaces a hook; fields that are not named keep their value. */
export function putHook({ cloud, nowMs }: ActionCall, group: AutoScalingGroup, params: Params): void {
  const name = requiredText(params, 'LifecycleHookName');
  const id = `${group.id}/${name}`;
  const present = cloud.getFresh('lifecycleHook', id);
  const transition = params.text('LifecycleTransition') ?? present?.transition;
  if (transition === undefined || !TRANSITIONS.includes(transition)) {
    throw validationError(
      `Invalid Lifecycle Transition: ${transition}. Valid ones: ${TRANSITIONS.join(', ')}`,
    );
  }
  cloud.put('lifecycleHook', {
    id,
    createdAtMs: present?.createdAtMs ?? nowMs,
    groupName: group.id,
    name,
    transition,
    heartbeatTimeoutS:
      params.integer('HeartbeatTimeout') ?? present?.heartbeatTimeoutS ?? HEARTBEAT_DEFAULT_S,
    defaultResult: params.text('DefaultResult') ?? present?.defaultResult ?? 'ABANDON',
    notificationTargetArn: params.text('NotificationTargetARN') ?? present?.notificationTargetArn,
    roleArn: params.text('RoleARN') ?? present?.roleArn,
    notificationMetadata: params.text('NotificationMetadata') ?? present?.notificationMetadata,
  });
}

export const describeLifecycleHooks: Action = (call) => {
  const group = groupOf(call);
  const names = call.params.texts('LifecycleHookNames');
  const hooks = call.cloud
    .list('lifecycleHook')
    .filter((hook) => hook.groupName === group.id && (names.length === 0 || names.includes(hook.name)));
  return {
    LifecycleHooks: members(
      hooks.map((hook) => ({
        LifecycleHookName: hook.name,
        AutoScalingGroupName: group.id,
        LifecycleTransition: hook.transition,
        HeartbeatTimeout: hook.heartbeatTimeoutS,
        GlobalTimeout: Math.min(hook.heartbeatTimeoutS * 100, 172_800),
        DefaultResult: hook.defaultResult,
        NotificationTargetARN: hook.notificationTargetArn,
        RoleARN: hook.roleArn,
        NotificationMetadata: hook.notificationMetadata,
      })),
    ),
  };
};

export const deleteLifecycleHook: Action = (call) => {
  const group = liveGroupOf(call);
  const id = `${group.id}/${requiredText(call.params, 'LifecycleHookName')}`;
  if (call.cloud.getFresh('lifecycleHook', id) === undefined) {
    throw validationError(`No Lifecycle Hook found with name: ${call.params.text('LifecycleHookName')}`);
  }
  call.cloud.remove('lifecycleHook', id);
  return {};
};
