/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html */
import { retireWithActivity } from '../../cloud/auto-scaling-progress.ts';
import { countsAsMember } from '../../cloud/instance.ts';
import { validationError } from '../../wire/aws-error.ts';
import type { Action } from '../action.ts';
import { activityNode } from './activities.ts';
import { soonest } from './capacity.ts';
import { requiredText } from './group-lookup.ts';

export const terminateInstanceInAutoScalingGroup: Action = (call) => {
  const { cloud, params, nowMs, timings } = call;
  const id = requiredText(params, 'InstanceId');
  const instance = cloud.getFresh('instance', id);
  const group =
    instance?.groupName === undefined ? undefined : cloud.getFresh('autoScalingGroup', instance.groupName);
  if (instance === undefined || group === undefined || !countsAsMember(instance)) {
    throw validationError(`Instance Id not found - No managed instance found for instance ID: ${id}`);
  }
  const isDecrementing = params.flag('ShouldDecrementDesiredCapacity') === true;
  if (isDecrementing && group.desiredCapacity <= group.minSize) {
    throw validationError(
      `Currently, desiredSize equals minSize (${group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  }
  const activityId = retireWithActivity(call, { group, instance, why: 'a user request' }, nowMs);
  cloud.put('autoScalingGroup', {
    ...group,
    desiredCapacity: group.desiredCapacity - (isDecrementing ? 1 : 0),
    reconcileAtMs: soonest(group, nowMs + timings.replacementDelayMs),
  });
  const activity = cloud.getFresh('scalingActivity', activityId);
  return { Activity: activity === undefined ? undefined : activityNode(activity, nowMs) };
};
