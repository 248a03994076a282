/** @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
import { membersOf } from '../../cloud/auto-scaling-progress.ts';
import { SCALING_PROCESSES, type ScalingProcess } from '../../cloud/auto-scaling-group.ts';
import { validationError } from '../../wire/aws-error.ts';
import type { Params } from '../../wire/params.ts';
import type { Action } from '../action.ts';
import { soonest } from './capacity.ts';
import { liveGroupOf } from './group-lookup.ts';

export const suspendProcesses: Action = (call) => {
  const group = liveGroupOf(call);
  const added = processesOf(call.params).filter(
    (process) => !group.suspended.some((entry) => entry.process === process),
  );
  const suspended = [...group.suspended, ...added.map((process) => ({ process, sinceMs: call.nowMs }))];
  call.cloud.put('autoScalingGroup', { ...group, suspended });
  return {};
};

/** What was left undone is done now. Instances launched meanwhile are not registered: that is for the caller. */
export const resumeProcesses: Action = (call) => {
  const { cloud, nowMs } = call;
  const group = liveGroupOf(call);
  const resumed = processesOf(call.params);
  if (resumed.includes('HealthCheck') || resumed.includes('ReplaceUnhealthy')) {
    for (const instance of membersOf(call, group.id)) {
      if (instance.lossUnnoticed) cloud.put('instance', { ...instance, lossUnnoticed: false });
    }
  }
  cloud.put('autoScalingGroup', {
    ...group,
    suspended: group.suspended.filter(({ process }) => !resumed.includes(process)),
    reconcileAtMs: soonest(group, nowMs),
  });
  return {};
};

/** None named means all. @throws AwsError ValidationError for an unknown one */
function processesOf(params: Params): ScalingProcess[] {
  const names = params.texts('ScalingProcesses');
  if (names.length === 0) return [...SCALING_PROCESSES];
  return names.map((name) => {
    const known = SCALING_PROCESSES.find((process) => process === name);
    if (known === undefined) throw validationError(`Invalid scaling process name: ${name}`);
    return known;
  });
}
