/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html */
import { membersOf, retireWithActivity } from '../../cloud/auto-scaling-progress.ts';
import { countsAsMember } from '../../cloud/instance.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Action } from '../action.ts';
import { groupOf } from './group-lookup.ts';

/** The group shows "Delete in progress" until its members have gone. A suspended Terminate does not stop a forced one. */
export const deleteAutoScalingGroup: Action = (call) => {
  const { cloud, params, nowMs } = call;
  const group = groupOf(call);
  const isForced = params.flag('ForceDelete') === true;
  // Asked again while it is going: forced changes nothing, unforced is refused below.
  if (group.deletingAtMs !== undefined && isForced) return {};
  const members = membersOf(call, group.id);
  const serving = members.filter(countsAsMember);
  if (!isForced) {
    if (serving.length > 0) {
      throw new AwsError(
        'ResourceInUse',
        'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
      );
    }
    const isLaunching = group.reconcileAtMs !== undefined && group.desiredCapacity > 0;
    const isGoing = group.deletingAtMs !== undefined;
    if (isGoing || isLaunching || members.some((instance) => (instance.endedAtMs ?? 0) > nowMs)) {
      throw new AwsError(
        'ScalingActivityInProgress',
        'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
      );
    }
  }
  for (const instance of serving) {
    if (instance.leavingAtMs === undefined) {
      retireWithActivity(call, { group, instance, why: 'the deletion of the group' }, nowMs);
    }
  }
  cloud.put('autoScalingGroup', {
    ...group,
    minSize: 0,
    desiredCapacity: 0,
    deletingAtMs: nowMs,
    reconcileAtMs: undefined,
  });
  return {};
};
