/** Reads server groups: an Auto Scaling group with its launch template, its instances and their health. */
import { DescribeAutoScalingGroupsCommand, type AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2';
import type { LaunchSettings } from '#contracts/operations/launch-settings.contract.ts';
import type { CloudActivityInput, ServerGroupDetail } from '#contracts/operations/cloud-activity.contract.ts';
import { RESOURCE_TAGS } from '#contracts/operations/cloud-activity.contract.ts';
import type { ServerGroup } from '#contracts/server-group.ts';
import { clusterOf } from '#machines/clouddriver/frigga.ts';
import { ActivityFailed } from '#runtime/activity.ts';
import type { CloudProvider } from '../provider.ts';
import { findGroup } from './auto-scaling-call.ts';
import { isNotFound } from './aws-failure.ts';
import type { AwsSession, AwsSessions } from './aws-sessions.ts';
import { launchSettingsFrom, absentOut } from './launch-template-content.ts';
import { operationOf } from './resource-tags.ts';
import { drainingIn, healthOf, targetGroupName, targetStates } from './target-health.ts';

type Reads = Pick<
  CloudProvider,
  'listCluster' | 'describeCluster' | 'describeServerGroup' | 'verifyServerGroup'
>;

/** Suspended when a server group takes no traffic; Spinnaker asks for this process only. */
const DISABLED_PROCESS = 'AddToLoadBalancer';

/** The most that Auto Scaling gives at once. */
const PAGE_SIZE = 100;

export function serverGroups(sessions: AwsSessions): Reads {
  const remembered = createMemory();
  return {
    async listCluster(input, { signal }) {
      const groups = await groupsOfCluster(sessions.of(input), input.cluster, signal);
      return {
        existing: groups.map((group) => ({
          name: nameOf(group),
          createdAtMs: group.CreatedTime?.getTime() ?? 0,
        })),
      };
    },

    async describeCluster(input, { signal }) {
      const session = sessions.of(input);
      const groups = await groupsOfCluster(session, input.cluster, signal);
      const details: ServerGroupDetail[] = [];
      for (const group of groups) {
        if (group.Status === undefined) details.push(await detailOf({ session, remembered, signal }, group));
      }
      return { serverGroups: details.map(publicPart) };
    },

    async describeServerGroup(input, { signal }) {
      const session = sessions.of(input);
      const group = await findGroup(session, input.serverGroupName, signal);
      return { serverGroup: group === null ? null : await detailOf({ session, remembered, signal }, group) };
    },

    async verifyServerGroup(input, { signal }) {
      const group = await findGroup(sessions.of(input), input.serverGroupName, signal);
      const differences = differencesOf(input.expected, group);
      if (differences.length === 0) return group === null ? {} : { capacity: capacityOf(group) };
      throw new ActivityFailed({
        code: 'SERVER_GROUP_NOT_AS_EXPECTED',
        message: `Server group '${input.serverGroupName}' was read back and differs: ${differences.join('; ')}. Windlass looks again; if it stays so, somebody else changed it.`,
        kind: 'not-visible-yet',
        details: { differences },
      });
    },
  };
}

function differencesOf(
  expected: CloudActivityInput<'verifyServerGroup'>['expected'],
  group: AutoScalingGroup | null,
): string[] {
  if (expected.absent) return group === null || group.Status !== undefined ? [] : ['it is still there'];
  if (group === null) return ['it is not there'];
  const differences: string[] = [];
  const { min, max, desired } = capacityOf(group);
  const wanted = expected.capacity;
  if (wanted && (wanted.min !== min || wanted.max !== max)) {
    differences.push(`size is ${min} to ${max} instead of ${wanted.min} to ${wanted.max}`);
  }
  if (wanted && expected.exactDesired !== false && wanted.desired !== desired) {
    differences.push(`desired size is ${desired} instead of ${wanted.desired}`);
  }
  if (expected.disabled !== undefined && expected.disabled !== isDisabled(group)) {
    differences.push(expected.disabled ? 'it still takes traffic' : 'it takes no traffic');
  }
  if (
    expected.launchTemplateId !== undefined &&
    expected.launchTemplateId !== templateOf(group)?.LaunchTemplateId
  ) {
    differences.push(
      `launch template is ${templateOf(group)?.LaunchTemplateId ?? 'none'} instead of ${expected.launchTemplateId}`,
    );
  }
  if (expected.operation !== undefined && operationOf(group.Tags) === undefined) {
    differences.push(`tag ${RESOURCE_TAGS.operation} is missing`);
  }
  return differences;
}

/** All pages, each under the shared rate: the API cannot filter by a part of the name. */
async function groupsOfCluster(
  session: AwsSession,
  cluster: string,
  signal: AbortSignal,
): Promise<AutoScalingGroup[]> {
  const groups: AutoScalingGroup[] = [];
  let token: string | undefined;
  do {
    const query = { MaxRecords: PAGE_SIZE, ...(token === undefined ? {} : { NextToken: token }) };
    const page = await session.perform({
      service: 'autoscaling',
      signal,
      hint: { doing: `DescribeAutoScalingGroups of cluster ${cluster}`, effect: 'read' },
      send: (options) => session.autoScaling.send(new DescribeAutoScalingGroupsCommand(query), options),
    });
    groups.push(...(page.AutoScalingGroups ?? []).filter((group) => clusterOf(nameOf(group)) === cluster));
    token = page.NextToken;
  } while (token !== undefined && token !== '');
  return groups;
}

type Reading = { session: AwsSession; remembered: Memory; signal: AbortSignal };

async function detailOf(reading: Reading, group: AutoScalingGroup): Promise<ServerGroupDetail> {
  const { session, signal } = reading;
  const arns = group.TargetGroupARNs ?? [];
  const states = await Promise.all(arns.map((arn) => targetStates(session, arn, signal)));
  const template = templateOf(group);
  const content = await launchContentOf(reading, template);
  const imageId = content.image;
  const imageName = imageId === undefined ? undefined : await imageNameOf(reading, imageId);
  const disabled = isDisabled(group);
  const subnetIds = (group.VPCZoneIdentifier ?? '').split(',').filter(Boolean);
  return {
    account: session.account,
    region: session.region,
    name: nameOf(group),
    cluster: clusterOf(nameOf(group)),
    createdAtMs: group.CreatedTime?.getTime() ?? 0,
    capacity: capacityOf(group),
    disabled,
    instances: (group.Instances ?? []).map((instance) => ({
      id: instance.InstanceId ?? '',
      zone: instance.AvailabilityZone ?? '',
      health: healthOf(instance, states, disabled),
    })),
    targetGroups: arns.map(targetGroupName),
    deleting: group.Status !== undefined,
    suspendedProcesses: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
    draining: drainingIn(states).filter((id) =>
      (group.Instances ?? []).some(({ InstanceId }) => InstanceId === id),
    ),
    subnetIds,
    zones: group.AvailabilityZones ?? [],
    launch: { ...content, ...groupSettingsOf(group) },
    ...absentOut({
      imageId,
      imageName,
      instanceType: content.instanceType,
      launchTemplateId: template?.LaunchTemplateId,
      launchTemplateName: template?.LaunchTemplateName,
      operation: operationOf(group.Tags),
    }),
  };
}

function publicPart(detail: ServerGroupDetail): ServerGroup {
  const {
    deleting,
    suspendedProcesses,
    draining,
    launchTemplateName,
    operation,
    subnetIds,
    zones,
    launch,
    ...rest
  } = detail;
  void [deleting, suspendedProcesses, draining, launchTemplateName, operation, subnetIds, zones, launch];
  return rest;
}

function groupSettingsOf(group: AutoScalingGroup): LaunchSettings {
  const own = new Set<string>(Object.values(RESOURCE_TAGS));
  const tags = (group.Tags ?? []).flatMap(({ Key, Value }) =>
    Key === undefined || own.has(Key) || Key.startsWith('aws:') ? [] : [[Key, Value ?? ''] as const],
  );
  return {
    targetGroups: (group.TargetGroupARNs ?? []).map(targetGroupName),
    tags: Object.fromEntries(tags),
    ...absentOut({
      healthCheckType: group.HealthCheckType,
      healthCheckGracePeriodSec: group.HealthCheckGracePeriod,
      cooldownSec: group.DefaultCooldown,
      terminationPolicies: group.TerminationPolicies,
      capacityRebalance: group.CapacityRebalance,
    }),
  };
}

function nameOf(group: AutoScalingGroup): string {
  return group.AutoScalingGroupName ?? '';
}

function capacityOf({ MinSize = 0, MaxSize = 0, DesiredCapacity = 0 }: AutoScalingGroup) {
  return { min: MinSize, max: MaxSize, desired: DesiredCapacity };
}

function isDisabled({ SuspendedProcesses = [] }: AutoScalingGroup): boolean {
  return SuspendedProcesses.some(({ ProcessName }) => ProcessName === DISABLED_PROCESS);
}

function templateOf(group: AutoScalingGroup) {
  return (
    group.LaunchTemplate ??
    group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ??
    undefined
  );
}

/** What never changes once it exists: numbered template versions and image names. Bounded. */
type Memory = { versions: Map<string, LaunchSettings>; imageNames: Map<string, string> };

const REMEMBERED_MAX = 2_000;

function createMemory(): Memory {
  return { versions: new Map(), imageNames: new Map() };
}

function remember<Value>(memory: Map<string, Value>, key: string, value: Value): void {
  if (memory.size >= REMEMBERED_MAX) memory.clear();
  memory.set(key, value);
}

async function launchContentOf(
  { session, remembered, signal }: Reading,
  template: ReturnType<typeof templateOf>,
): Promise<LaunchSettings> {
  const id = template?.LaunchTemplateId;
  if (id === undefined) return {};
  const version = template?.Version ?? '$Default';
  const key = `${session.account}/${session.region}/${id}/${version}`;
  const known = remembered.versions.get(key);
  if (known) return known;
  try {
    const { LaunchTemplateVersions = [] } = await session.perform({
      service: 'ec2',
      signal,
      hint: { doing: `DescribeLaunchTemplateVersions ${id}`, effect: 'read' },
      send: (options) =>
        session.ec2.send(
          new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] }),
          options,
        ),
    });
    const content = launchSettingsFrom(LaunchTemplateVersions[0]?.LaunchTemplateData);
    if (/^\d+$/.test(version) && LaunchTemplateVersions.length > 0)
      remember(remembered.versions, key, content);
    return content;
  } catch (error) {
    // The template of a group that is going away can be gone first.
    if (error instanceof ActivityFailed && isNotFound(error.cause)) return {};
    throw error;
  }
}

async function imageNameOf(
  { session, remembered, signal }: Reading,
  imageId: string,
): Promise<string | undefined> {
  const key = `${session.account}/${session.region}/${imageId}`;
  const known = remembered.imageNames.get(key);
  if (known !== undefined) return known;
  try {
    const { Images = [] } = await session.perform({
      service: 'ec2',
      signal,
      hint: { doing: `DescribeImages ${imageId}`, effect: 'read' },
      send: (options) => session.ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }), options),
    });
    const name = Images[0]?.Name;
    if (name !== undefined) remember(remembered.imageNames, key, name);
    return name;
  } catch (error) {
    // An image may be deregistered while its instances go on running.
    if (error instanceof ActivityFailed && isNotFound(error.cause)) return undefined;
    throw error;
  }
}
