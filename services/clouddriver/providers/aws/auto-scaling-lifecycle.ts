/** Auto Scaling groups come and go: made once under a reserved name, deleted only when they are ours. */
import { CreateAutoScalingGroupCommand, DeleteAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import type { CloudActivityInput } from '#contracts/operations/cloud-activity.contract.ts';
import { ActivityFailed } from '#runtime/activity.ts';
import type { CloudProvider, ProviderCall } from '../provider.ts';
import { findGroup, writeGroup } from './auto-scaling-call.ts';
import { isAlreadyExists } from './aws-failure.ts';
import { assertAbsent } from './believed-absent.ts';
import type { AwsSession, AwsSessions } from './aws-sessions.ts';
import { isMadeBy, ownershipTags, userTags } from './resource-tags.ts';

type Lifecycle = Pick<CloudProvider, 'createAutoScalingGroup' | 'deleteAutoScalingGroup'>;

export function autoScalingLifecycle(sessions: AwsSessions): Lifecycle {
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
      if (group === null) {
        if (input.onlyOperation !== undefined) assertAbsent(`Server group '${input.serverGroupName}'`, call);
        return { outcome: 'absent' };
      }
      if (input.onlyOperation !== undefined && !isMadeBy(group.Tags, input.onlyOperation))
        return { outcome: 'unchanged' };
      // `Status` is only set while the group is being deleted.
      if (group.Status !== undefined) return { outcome: 'undone' };
      await writeGroup(session, call, {
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
  };
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
