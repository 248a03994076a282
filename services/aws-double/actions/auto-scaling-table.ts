/** The Auto Scaling actions the double knows. */
import { members } from '../wire/response-xml.ts';
import type { ActionTable } from './action.ts';
import { describeScalingActivities } from './auto-scaling/activities.ts';
import { setDesiredCapacity, updateAutoScalingGroup } from './auto-scaling/capacity.ts';
import { createAutoScalingGroup } from './auto-scaling/create-group.ts';
import { deleteAutoScalingGroup } from './auto-scaling/delete-group.ts';
import { describeAutoScalingGroups, describeAutoScalingInstances } from './auto-scaling/describe-groups.ts';
import { createOrUpdateTags, deleteTags, describeTags } from './auto-scaling/group-tags.ts';
import {
  attachLoadBalancerTargetGroups,
  describeLoadBalancerTargetGroups,
  detachLoadBalancerTargetGroups,
} from './auto-scaling/group-target-groups.ts';
import {
  deleteLifecycleHook,
  describeLifecycleHooks,
  putLifecycleHook,
} from './auto-scaling/lifecycle-hooks.ts';
import { terminateInstanceInAutoScalingGroup } from './auto-scaling/members.ts';
import { enableMetricsCollection } from './auto-scaling/metrics.ts';
import { resumeProcesses, suspendProcesses } from './auto-scaling/processes.ts';

export const AUTO_SCALING_ACTIONS: ActionTable = {
  CreateAutoScalingGroup: createAutoScalingGroup,
  DescribeAutoScalingGroups: describeAutoScalingGroups,
  DescribeAutoScalingInstances: describeAutoScalingInstances,
  UpdateAutoScalingGroup: updateAutoScalingGroup,
  SetDesiredCapacity: setDesiredCapacity,
  DeleteAutoScalingGroup: deleteAutoScalingGroup,
  SuspendProcesses: suspendProcesses,
  ResumeProcesses: resumeProcesses,
  CreateOrUpdateTags: createOrUpdateTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,
  AttachLoadBalancerTargetGroups: attachLoadBalancerTargetGroups,
  DetachLoadBalancerTargetGroups: detachLoadBalancerTargetGroups,
  DescribeLoadBalancerTargetGroups: describeLoadBalancerTargetGroups,
  DescribeLifecycleHooks: describeLifecycleHooks,
  PutLifecycleHook: putLifecycleHook,
  DeleteLifecycleHook: deleteLifecycleHook,
  DescribeScalingActivities: describeScalingActivities,
  TerminateInstanceInAutoScalingGroup: terminateInstanceInAutoScalingGroup,
  EnableMetricsCollection: enableMetricsCollection,
  // No scaling policy or schedule can be made here, so there are none.
  DescribePolicies: () => ({ ScalingPolicies: members([]) }),
  DescribeScheduledActions: () => ({ ScheduledUpdateGroupActions: members([]) }),
};
