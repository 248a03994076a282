/** Auto Scaling groups: made once under a reserved name, changed by absolute values, deleted only when they are ours. */
import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  EnableMetricsCollectionCommand,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { ActivityFailed } from '#runtime/activity.ts';
import type { CloudActivityInput } from '#contracts/operations/cloud-activity.contract.ts';
import type { CloudProvider, ProviderCall } from '../provider.ts';
import { isAlreadyExists, isNotFound, VISIBLE_AFTER_MS_MAX } from './aws-failure.ts';
import type { AwsSession, AwsSessions } from './aws-sessions.ts';
import { isMadeBy, ownershipTags, userTags } from './resource-tags.ts';

type Groups = Pick<
  CloudProvider,
  | 'createAutoScalingGroup'
  | 'deleteAutoScalingGroup'
  | 'setCapacity'
  | 'suspendProcesses'
  | 'resumeProcesses'
  | 'enableMetrics'
>;

type Named = { account: string; region: string; serverGroupName: string };
type Write = { doing: string; createdAtMs?: number | undefined };

export function autoScalingGroups(sessions: AwsSessions): Groups {
  return {
    async createAutoScalingGroup(input, call) {
      const session = sessions.of(input);
      const doing = `CreateAutoScalingGroup ${input.serverGroupName}`;
      try {
        await session.perform({
          service: 'autoscaling',
          signal: call.signal,
          hint: { doing, effect: 'write', createdAtMs: input.launchTemplateCreatedAtMs },
          send: (options) =>
            session.autoScaling.send(new CreateAutoScalingGroupCommand(creation(input)), options),
        });
      } catch (error) {
        if (!(error instanceof ActivityFailed) || !isAlreadyExists(error.cause)) throw error;
        await assertOurs(session, input, call);
      }
      return {};
    },

    async deleteAutoScalingGroup(input, call) {
      const session = sessions.of(input);
      const group = await findGroup(session, input.serverGroupName, call.signal);
      if (group === null) return { outcome: 'absent' };
      if (input.onlyOperation !== undefined && !isMadeBy(group.Tags, input.onlyOperation))
        return { outcome: 'unchanged' };
      // `Status` is only set while the group is being deleted.
      if (group.Status !== undefined) return { outcome: 'undone' };
      await write(session, call, {
        doing: `DeleteAutoScalingGroup ${input.serverGroupName}`,
        isDoneWhenAbsent: true,
        send: (options) =>
          session.autoScaling.send(
            new DeleteAutoScalingGroupCommand({
              AutoScalingGroupName: input.serverGroupName,
              ForceDelete: true,
            }),
            options,
          ),
      });
      return { outcome: 'undone' };
    },

    async setCapacity(input, call) {
      const doing = `UpdateAutoScalingGroup ${input.serverGroupName}`;
      const { session, group } = await changeable(sessions, input, {
        call,
        doing,
        createdAtMs: input.createdAtMs,
      });
      if (group === null) return { outcome: 'absent' };
      const { min, max, desired } = input.capacity;
      if (group.MinSize === min && group.MaxSize === max && group.DesiredCapacity === desired) {
        return { outcome: 'unchanged' };
      }
      await write(session, call, {
        doing,
        createdAtMs: input.createdAtMs,
        send: (options) =>
          session.autoScaling.send(
            new UpdateAutoScalingGroupCommand({
              AutoScalingGroupName: input.serverGroupName,
              MinSize: min,
              MaxSize: max,
              DesiredCapacity: desired,
            }),
            options,
          ),
      });
      return { outcome: 'undone' };
    },

    suspendProcesses: (input, call) => setProcesses(sessions, { ...input, wanted: 'suspended' }, call),
    resumeProcesses: (input, call) => setProcesses(sessions, { ...input, wanted: 'running' }, call),

    async enableMetrics(input, call) {
      const session = sessions.of(input);
      await write(session, call, {
        doing: `EnableMetricsCollection ${input.serverGroupName}`,
        createdAtMs: input.createdAtMs,
        send: (options) =>
          session.autoScaling.send(
            new EnableMetricsCollectionCommand({
              AutoScalingGroupName: input.serverGroupName,
              Granularity: '1Minute',
              ...(input.metrics.includes('*') ? {} : { Metrics: input.metrics }),
            }),
            options,
          ),
      });
      return {};
    },
  };
}

/** One group by name, null when there is none. @see .../API_DescribeAutoScalingGroups.html */
export async function findGroup(
  session: AwsSession,
  serverGroupName: string,
  signal: AbortSignal,
): Promise<AutoScalingGroup | null> {
  const { AutoScalingGroups = [] } = await session.perform({
    service: 'autoscaling',
    signal,
    hint: { doing: `DescribeAutoScalingGroups ${serverGroupName}`, effect: 'read' },
    send: (options) =>
      session.autoScaling.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [serverGroupName] }),
        options,
      ),
  });
  return AutoScalingGroups[0] ?? null;
}

/** Empty at first, as Clouddriver does it: capacity is set once processes are as wanted. */
function creation(input: CloudActivityInput<'createAutoScalingGroup'>) {
  const { launch, serverGroupName } = input;
  return {
    AutoScalingGroupName: serverGroupName,
    LaunchTemplate: { LaunchTemplateId: input.launchTemplateId, Version: input.launchTemplateVersion },
    MinSize: 0,
    MaxSize: 0,
    DesiredCapacity: 0,
    ...(input.subnetIds.length > 0
      ? { VPCZoneIdentifier: input.subnetIds.join(',') }
      : { AvailabilityZones: input.zones }),
    ...(input.targetGroupArns.length > 0 ? { TargetGroupARNs: input.targetGroupArns } : {}),
    ...(launch.healthCheckType === undefined ? {} : { HealthCheckType: launch.healthCheckType }),
    ...(launch.healthCheckGracePeriodSec === undefined
      ? {}
      : { HealthCheckGracePeriod: launch.healthCheckGracePeriodSec }),
    ...(launch.cooldownSec === undefined ? {} : { DefaultCooldown: launch.cooldownSec }),
    ...(launch.terminationPolicies && launch.terminationPolicies.length > 0
      ? { TerminationPolicies: launch.terminationPolicies }
      : {}),
    ...(launch.capacityRebalance === undefined ? {} : { CapacityRebalance: launch.capacityRebalance }),
    Tags: [...userTags(launch.tags), ...ownershipTags(input.owner)].map((tag) => ({
      ...tag,
      ResourceId: serverGroupName,
      ResourceType: 'auto-scaling-group',
      PropagateAtLaunch: true,
    })),
  };
}

/**
 * A group of this name exists: ours from an earlier try, or somebody else's.
 * An empty answer proves nothing, so it is waited out and never taken for success.
 */
async function assertOurs(
  session: AwsSession,
  input: CloudActivityInput<'createAutoScalingGroup'>,
  call: ProviderCall,
): Promise<void> {
  const group = await findGroup(session, input.serverGroupName, call.signal);
  if (group === null) {
    throw new ActivityFailed({
      code: 'AWS_NOT_VISIBLE_YET',
      message: `Server group '${input.serverGroupName}' exists but AWS does not show it yet. Windlass waits and looks again.`,
      kind: 'not-visible-yet',
      retryAfterMs: 2_000,
    });
  }
  const differences = [
    ...(isMadeBy(group.Tags, input.owner.operation) ? [] : ['operation tag']),
    ...(group.LaunchTemplate?.LaunchTemplateId === input.launchTemplateId ? [] : ['launch template']),
    ...(sameSet((group.VPCZoneIdentifier ?? '').split(',').filter(Boolean), input.subnetIds) ||
    input.subnetIds.length === 0
      ? []
      : ['subnets']),
    ...(sameSet(group.TargetGroupARNs ?? [], input.targetGroupArns) ? [] : ['target groups']),
  ];
  if (differences.length === 0) return;
  throw new ActivityFailed({
    code: 'SERVER_GROUP_NAME_TAKEN',
    message: `A server group '${input.serverGroupName}' exists that this operation did not make (it differs in ${differences.join(', ')}). Find out who made it; a new deployment takes the next name.`,
    kind: 'terminal',
    details: { differences },
  });
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((entry) => other.includes(entry));
}

/** The group as it is, for a change of it; null when it is gone. Our own new one is waited for. */
async function changeable(sessions: AwsSessions, input: Named, write: Write & { call: ProviderCall }) {
  const session = sessions.of(input);
  const group = await findGroup(session, input.serverGroupName, write.call.signal);
  const isNew = write.createdAtMs !== undefined && session.nowMs() - write.createdAtMs < VISIBLE_AFTER_MS_MAX;
  if (group === null && isNew) {
    throw new ActivityFailed({
      code: 'AWS_NOT_VISIBLE_YET',
      message: `${write.doing}: AWS does not show the new server group yet. Windlass waits and tries again.`,
      kind: 'not-visible-yet',
      retryAfterMs: 1_000,
    });
  }
  return { session, group: group?.Status === undefined ? group : null };
}

type ProcessChange = Named & {
  processes: string[];
  wanted: 'suspended' | 'running';
  createdAtMs?: number | undefined;
};

async function setProcesses(sessions: AwsSessions, change: ProcessChange, call: ProviderCall) {
  const { serverGroupName, createdAtMs, wanted } = change;
  const doing = `${wanted === 'suspended' ? 'SuspendProcesses' : 'ResumeProcesses'} ${serverGroupName}`;
  const { session, group } = await changeable(sessions, change, { call, doing, createdAtMs });
  if (group === null) return { outcome: 'absent' as const };
  const suspended = (group.SuspendedProcesses ?? []).map(({ ProcessName }) => ProcessName);
  const processes = change.processes.filter(
    (process) => suspended.includes(process) !== (wanted === 'suspended'),
  );
  if (processes.length === 0) return { outcome: 'unchanged' as const };
  const query = { AutoScalingGroupName: serverGroupName, ScalingProcesses: processes };
  await write(session, call, {
    doing,
    createdAtMs,
    send: async (options) => {
      if (wanted === 'suspended') await session.autoScaling.send(new SuspendProcessesCommand(query), options);
      else await session.autoScaling.send(new ResumeProcessesCommand(query), options);
    },
  });
  return { outcome: 'undone' as const };
}

async function write(
  session: AwsSession,
  call: ProviderCall,
  args: Write & {
    isDoneWhenAbsent?: boolean;
    send: (options: { abortSignal: AbortSignal }) => Promise<unknown>;
  },
): Promise<void> {
  const { doing, createdAtMs, send } = args;
  try {
    await session.perform({
      service: 'autoscaling',
      signal: call.signal,
      hint: { doing, effect: 'write', createdAtMs },
      send,
    });
  } catch (error) {
    if (args.isDoneWhenAbsent && error instanceof ActivityFailed && isNotFound(error.cause)) return;
    throw error;
  }
}
