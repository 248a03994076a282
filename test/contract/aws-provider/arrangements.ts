/** What behaviours have in common: making groups and target groups, and looking at them. */
import type { CreateAutoScalingGroupCommandInput } from '@aws-sdk/client-auto-scaling';
import type { Observation } from './behaviour.ts';
import { IMAGE_ID, type Place } from './provider-subject.ts';

export async function createTemplate(place: Place, name: string): Promise<string> {
  const { LaunchTemplate } = await place.ec2.createLaunchTemplate({
    LaunchTemplateName: name,
    LaunchTemplateData: { ImageId: IMAGE_ID, InstanceType: 't3.small' },
  });
  return LaunchTemplate?.LaunchTemplateId ?? '';
}

type GroupSettings = Partial<CreateAutoScalingGroupCommandInput>;

/** One to five members, two wanted, unless said otherwise. Returns at once, as AWS does. */
export async function createGroup(
  place: Place,
  name: string,
  settings: GroupSettings & { readonly template?: string } = {},
): Promise<void> {
  const { template, ...rest } = settings;
  await place.autoScaling.createAutoScalingGroup({
    AutoScalingGroupName: name,
    LaunchTemplate: { LaunchTemplateId: template ?? (await createTemplate(place, name)), Version: '$Latest' },
    MinSize: 1,
    MaxSize: 5,
    DesiredCapacity: 2,
    VPCZoneIdentifier: place.subnetIds.join(','),
    ...rest,
  });
}

/** A group whose members are in service. */
export async function settledGroup(
  { home, name, subject }: Observation,
  settings: GroupSettings & { readonly template?: string } = {},
): Promise<void> {
  await createGroup(home, name, settings);
  subject.passTime();
  await home.autoScaling.describeAutoScalingGroups({});
  subject.passTime();
}

export interface SeenGroup {
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly states: string[];
  readonly zones: string[];
  readonly instanceIds: string[];
  readonly suspended: string[];
  readonly status: string | null;
}

/** Null when there is no such group. */
export async function seeGroup(place: Place, name: string): Promise<SeenGroup | null> {
  const { AutoScalingGroups = [] } = await place.autoScaling.describeAutoScalingGroups({
    AutoScalingGroupNames: [name],
  });
  const [group] = AutoScalingGroups;
  if (group === undefined) return null;
  const instances = group.Instances ?? [];
  return {
    desired: group.DesiredCapacity ?? -1,
    min: group.MinSize ?? -1,
    max: group.MaxSize ?? -1,
    states: instances.map((instance) => String(instance.LifecycleState)),
    zones: [...new Set(instances.map((instance) => String(instance.AvailabilityZone)))].toSorted(),
    instanceIds: instances.map((instance) => String(instance.InstanceId)),
    suspended: (group.SuspendedProcesses ?? []).map((entry) => String(entry.ProcessName)).toSorted(),
    status: group.Status ?? null,
  };
}

/** Members that are neither leaving nor gone. */
export async function memberCount(place: Place, name: string): Promise<number> {
  const group = await seeGroup(place, name);
  return (group?.states ?? []).filter((state) => !state.startsWith('Terminat')).length;
}

/** A target group that a listener forwards to, so that its targets are used. */
export async function usedTargetGroup(place: Place, name: string): Promise<string> {
  const arn = await unusedTargetGroup(place, name);
  const { LoadBalancers = [] } = await place.elb.createLoadBalancer({
    Name: name,
    Subnets: [...place.subnetIds],
  });
  await place.elb.createListener({
    LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: arn }],
  });
  return arn;
}

export async function unusedTargetGroup(place: Place, name: string): Promise<string> {
  const { TargetGroups = [] } = await place.elb.createTargetGroup({
    Name: name,
    Protocol: 'HTTP',
    Port: 8080,
    VpcId: place.vpcId,
  });
  return TargetGroups[0]?.TargetGroupArn ?? '';
}

export async function targetStates(place: Place, targetGroupArn: string): Promise<string[]> {
  const { TargetHealthDescriptions = [] } = await place.elb.describeTargetHealth({
    TargetGroupArn: targetGroupArn,
  });
  return TargetHealthDescriptions.map((entry) => String(entry.TargetHealth?.State)).toSorted();
}

export async function runOne(place: Place, token?: string): Promise<string> {
  const { Instances = [] } = await place.ec2.runInstances({
    ImageId: IMAGE_ID,
    InstanceType: 't3.small',
    MinCount: 1,
    MaxCount: 1,
    SubnetId: place.subnetIds[0],
    ...(token !== undefined && { ClientToken: token }),
  });
  return Instances[0]?.InstanceId ?? '';
}
