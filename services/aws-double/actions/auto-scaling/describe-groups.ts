/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html */
import { membersOf } from '../../cloud/auto-scaling-progress.ts';
import type { AutoScalingGroup } from '../../cloud/auto-scaling-group.ts';
import { instanceStateAt, lifecycleStateAt, type Instance } from '../../cloud/instance.ts';
import { validationError } from '../../wire/aws-error.ts';
import { pageOf } from '../../wire/page.ts';
import type { Params } from '../../wire/params.ts';
import { members, timeText, type XmlNode } from '../../wire/response-xml.ts';
import type { Action, ActionCall } from '../action.ts';

const PAGE_DEFAULT = 50;
const PAGE_MAX = 100;

export const describeAutoScalingGroups: Action = (call) => {
  const { cloud, params } = call;
  const names = params.texts('AutoScalingGroupNames');
  const tests = params.nodes('Filters').map(groupTest);
  const wanted = cloud
    .list('autoScalingGroup')
    .filter((group) => names.length === 0 || names.includes(group.id))
    .filter((group) => tests.every((test) => test(group)));
  const sizeMax = Math.min(params.integer('MaxRecords') ?? PAGE_DEFAULT, PAGE_MAX);
  const page = pageOf(wanted, { token: params.text('NextToken'), sizeMax });
  return {
    AutoScalingGroups: members(page.entries.map((group) => groupNode(call, group))),
    NextToken: page.nextToken,
  };
};

function groupTest(filter: Params): (group: AutoScalingGroup) => boolean {
  const name = filter.required('Name');
  const values = filter.texts('Values');
  if (name === 'tag-key') return (group) => group.tags.some((tag) => values.includes(tag.key));
  if (name === 'tag-value') return (group) => group.tags.some((tag) => values.includes(tag.value));
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (group) => group.tags.some((tag) => tag.key === key && values.includes(tag.value));
  }
  throw validationError(
    `Filter type ${name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>`,
  );
}

function groupNode(call: ActionCall, group: AutoScalingGroup): XmlNode {
  const { nowMs } = call;
  const living = membersOf(call, group.id).filter(
    (instance) => instance.lossUnnoticed === true || instanceStateAt(instance, nowMs) !== 'terminated',
  );
  return {
    AutoScalingGroupName: group.id,
    AutoScalingGroupARN: group.arn,
    LaunchTemplate: templateNode(group.launchTemplate),
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: group.defaultCooldownS,
    AvailabilityZones: members([...group.zones]),
    LoadBalancerNames: members([]),
    TargetGroupARNs: members([...group.targetGroupArns]),
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.healthCheckGracePeriodS,
    Instances: members(living.map((instance) => memberNode(instance, nowMs))),
    CreatedTime: timeText(group.createdAtMs),
    SuspendedProcesses: members(
      group.suspended.map(({ process, sinceMs }) => ({
        ProcessName: process,
        SuspensionReason: `User suspended at ${new Date(sinceMs).toISOString()}`,
      })),
    ),
    VPCZoneIdentifier: group.subnetIds.join(','),
    EnabledMetrics: members(
      group.enabledMetrics.map((metric) => ({ Metric: metric, Granularity: '1Minute' })),
    ),
    Status: group.deletingAtMs === undefined ? undefined : 'Delete in progress',
    Tags: members(
      group.tags.map((tag) => ({
        ResourceId: group.id,
        ResourceType: 'auto-scaling-group',
        Key: tag.key,
        Value: tag.value,
        PropagateAtLaunch: tag.propagateAtLaunch,
      })),
    ),
    TerminationPolicies: members([...group.terminationPolicies]),
    NewInstancesProtectedFromScaleIn: group.newInstancesProtected,
    CapacityRebalance: group.capacityRebalance,
    ServiceLinkedRoleARN: `arn:aws:iam::${call.scope.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
  };
}

function templateNode(template: AutoScalingGroup['launchTemplate']): XmlNode {
  return { LaunchTemplateId: template.id, LaunchTemplateName: template.name, Version: template.version };
}

function memberNode(instance: Instance, nowMs: number): { [name: string]: XmlNode } {
  return {
    InstanceId: instance.id,
    InstanceType: instance.instanceType,
    AvailabilityZone: instance.zone,
    LifecycleState: lifecycleStateAt(instance, nowMs),
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: instance.protectedFromScaleIn,
    LaunchTemplate: instance.launchTemplate === undefined ? undefined : templateNode(instance.launchTemplate),
  };
}

/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingInstances.html */
export const describeAutoScalingInstances: Action = ({ cloud, params, nowMs }) => {
  const ids = params.texts('InstanceIds');
  const wanted = cloud
    .list('instance')
    .filter(
      (instance) => instance.groupName !== undefined && instanceStateAt(instance, nowMs) !== 'terminated',
    )
    .filter((instance) => ids.length === 0 || ids.includes(instance.id));
  const page = pageOf(wanted, {
    token: params.text('NextToken'),
    sizeMax: params.integer('MaxRecords') ?? PAGE_DEFAULT,
  });
  return {
    AutoScalingInstances: members(
      page.entries.map((instance) => ({
        ...memberNode(instance, nowMs),
        HealthStatus: 'HEALTHY',
        AutoScalingGroupName: instance.groupName,
      })),
    ),
    NextToken: page.nextToken,
  };
};
