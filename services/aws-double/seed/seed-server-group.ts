/** Planting of a server group that has been up for a while: template, group, running members, healthy targets. */
import type { z } from 'zod';
import type { AutoScalingGroup, GroupTag, ScalingProcess } from '../cloud/auto-scaling-group.ts';
import { launchInstance } from '../cloud/instance-transitions.ts';
import { specificationOf, type LaunchTemplateVersion } from '../cloud/launch-template.ts';
import { registerTarget } from '../cloud/target-transitions.ts';
import { INSTANT } from '../cloud/timings.ts';
import type { Bed } from './seed-bed.ts';
import { SeedError, type SeedServerGroup } from './seed-format.ts';
import { tagsOf } from './seed-resources.ts';

type ServerGroup = z.infer<typeof SeedServerGroup>;

const TRAFFIC_PROCESSES: ScalingProcess[] = ['Launch', 'Terminate', 'AddToLoadBalancer'];

/** @throws SeedError when the image, a subnet or a target group is missing */
export function plantServerGroup(bed: Bed, seed: ServerGroup): void {
  const { cloud, scope } = bed;
  if (cloud.getFresh('autoScalingGroup', seed.name) !== undefined) return;
  if (cloud.getFresh('image', seed.imageId) === undefined) throw missing(bed, seed, `image ${seed.imageId}`);
  const targetGroups = seed.targetGroups.map((name) => {
    const group = cloud.getFresh('targetGroup', name);
    if (group === undefined) throw missing(bed, seed, `target group ${name}`);
    return group;
  });
  const subnets = seed.subnetIds.map((id) => {
    const subnet = cloud.getFresh('subnet', id);
    if (subnet === undefined) throw missing(bed, seed, `subnet ${id}`);
    return subnet;
  });
  const createdAtMs = seed.createdAtMs ?? bed.nowMs;
  const { template, version } = plantTemplate(bed, seed, createdAtMs);
  const tags: GroupTag[] = tagsOf(seed.tags).map((tag) => ({ ...tag, propagateAtLaunch: true }));
  const group: AutoScalingGroup = {
    id: seed.name,
    createdAtMs,
    arn: `arn:aws:autoscaling:${scope.region}:${scope.account}:autoScalingGroup:${cloud.newDigits(32)}:autoScalingGroupName/${seed.name}`,
    launchTemplate: template,
    minSize: seed.capacity.min,
    maxSize: seed.capacity.max,
    desiredCapacity: seed.capacity.desired,
    defaultCooldownS: 10,
    zones: [...new Set(subnets.map((subnet) => subnet.zone))],
    subnetIds: seed.subnetIds,
    targetGroupArns: targetGroups.map((entry) => entry.arn),
    healthCheckType: 'EC2',
    healthCheckGracePeriodS: 600,
    terminationPolicies: ['Default'],
    newInstancesProtected: false,
    capacityRebalance: false,
    suspended: seed.enabled ? [] : TRAFFIC_PROCESSES.map((process) => ({ process, sinceMs: createdAtMs })),
    enabledMetrics: [],
    tags,
  };
  cloud.put('autoScalingGroup', group);
  const context = { cloud, timings: INSTANT };
  for (let count = 0; count < seed.capacity.desired; count += 1) {
    const subnet = subnets[count % subnets.length];
    if (subnet === undefined) throw missing(bed, seed, 'subnet');
    const instance = launchInstance(
      context,
      {
        specification: specificationOf(version),
        imageId: seed.imageId,
        subnet,
        reservationId: `r-${cloud.newDigits(17)}`,
        groupName: seed.name,
        launchTemplate: template,
        tags: [...tagsOf(seed.tags), { key: 'aws:autoscaling:groupName', value: seed.name }],
      },
      createdAtMs,
    );
    cloud.put('instance', { ...instance, admitted: true });
    if (!seed.enabled) continue;
    for (const targetGroup of targetGroups)
      registerTarget(context, { group: targetGroup, instance }, createdAtMs);
  }
}

function plantTemplate(
  bed: Bed,
  seed: ServerGroup,
  createdAtMs: number,
): { template: AutoScalingGroup['launchTemplate']; version: LaunchTemplateVersion } {
  const version: LaunchTemplateVersion = {
    number: 1,
    createdAtMs,
    content: {
      ImageId: seed.imageId,
      InstanceType: seed.instanceType,
      SecurityGroupId: seed.securityGroupIds,
    },
  };
  const id = `lt-${bed.cloud.newDigits(17)}`;
  const name = `${seed.name}-seeded`;
  bed.cloud.put('launchTemplate', {
    id,
    createdAtMs,
    name,
    defaultVersion: 1,
    versions: [version],
    tags: [],
  });
  return { template: { id, name, version: '1' }, version };
}

function missing(bed: Bed, seed: ServerGroup, what: string): SeedError {
  return new SeedError(
    `The seed's server group ${seed.name} needs the ${what} in ${bed.scope.account} ${bed.scope.region}, ` +
      'and neither the seed nor the double has it. Add it to the seed.',
  );
}
