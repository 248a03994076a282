/** What load balancing says of instances, and who is in it. */
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import type { ServerGroup } from '#contracts/server-group.ts';
import { ActivityFailed } from '#runtime/activity.ts';
import type { CloudProvider } from '../provider.ts';
import { isNotFound } from './aws-failure.ts';
import { findGroup } from './auto-scaling-call.ts';
import type { AwsSession, AwsSessions } from './aws-sessions.ts';

type InstanceHealth = ServerGroup['instances'][number]['health'];

/** State of each instance in one target group. */
export type TargetStates = ReadonlyMap<string, string>;

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html */
export async function targetStates(
  session: AwsSession,
  arn: string,
  signal: AbortSignal,
): Promise<TargetStates> {
  try {
    const { TargetHealthDescriptions = [] } = await session.perform({
      service: 'elasticloadbalancing',
      signal,
      hint: { doing: `DescribeTargetHealth ${targetGroupName(arn)}`, effect: 'read' },
      send: (options) => session.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }), options),
    });
    return new Map(TargetHealthDescriptions.flatMap(stateOf));
  } catch (error) {
    // A target group that was deleted has no targets.
    if (error instanceof ActivityFailed && isNotFound(error.cause)) return new Map();
    throw error;
  }
}

function stateOf({ Target, TargetHealth }: TargetHealthDescription): [string, string][] {
  const id = Target?.Id;
  const state = TargetHealth?.State;
  if (id === undefined || state === undefined || TargetHealth?.Reason === 'Target.NotRegistered') return [];
  return [[id, state]];
}

/** Name in `arn:aws:elasticloadbalancing:…:targetgroup/<name>/<id>`. */
export function targetGroupName(arn: string): string {
  return arn.split('/')[1] ?? arn;
}

/** One word for what Auto Scaling and every target group say of an instance. */
export function healthOf(
  instance: Instance,
  states: readonly TargetStates[],
  isDisabled: boolean,
): InstanceHealth {
  const lifecycle: string = instance.LifecycleState ?? '';
  if (/^(Terminat|Detach)/.test(lifecycle)) return 'terminating';
  if (lifecycle.startsWith('Pending')) return 'starting';
  if (lifecycle !== 'InService') return 'outOfService';
  if (instance.HealthStatus !== undefined && instance.HealthStatus.toLowerCase() !== 'healthy') return 'down';
  if (states.length === 0) return isDisabled ? 'outOfService' : 'up';
  const inEach = states.map((targets) => targets.get(instance.InstanceId ?? '') ?? 'unregistered');
  if (inEach.every((state) => state === 'healthy')) return 'up';
  if (inEach.every((state) => ['unregistered', 'unused', 'draining'].includes(state))) return 'outOfService';
  return inEach.includes('initial') ? 'starting' : 'down';
}

export function drainingIn(states: readonly TargetStates[]): string[] {
  const ids = states.flatMap((targets) =>
    [...targets].filter(([, state]) => state === 'draining').map(([id]) => id),
  );
  return [...new Set(ids)].toSorted();
}

type Registrations = Pick<CloudProvider, 'registerTargets' | 'deregisterTargets'>;

export function targetRegistrations(sessions: AwsSessions): Registrations {
  return {
    async registerTargets(input, { signal }) {
      const session = sessions.of(input);
      const group = await findGroup(session, input.serverGroupName, signal);
      if (group === null) return { outcome: 'absent', instanceIds: [] };
      const instanceIds = input.instanceIds ?? instancesIn(group, ['InService']);
      const changed = await change(session, { group, instanceIds, wanted: 'registered', signal });
      return { outcome: changed ? 'undone' : 'unchanged', instanceIds };
    },

    async deregisterTargets(input, { signal }) {
      const session = sessions.of(input);
      const group = await findGroup(session, input.serverGroupName, signal);
      if (group === null) return { outcome: 'absent', instanceIds: [] };
      const all = input.instanceIds ?? instancesIn(group, ['InService', 'Pending', 'Standby']);
      const count = Math.ceil((all.length * (input.percentage ?? 100)) / 100);
      const instanceIds = all.slice(0, count);
      const changed = await change(session, { group, instanceIds, wanted: 'unregistered', signal });
      return { outcome: changed ? 'undone' : 'unchanged', instanceIds };
    },
  };
}

function instancesIn({ Instances = [] }: AutoScalingGroup, lifecycles: readonly string[]): string[] {
  const matching = Instances.filter(({ LifecycleState = '' }) =>
    lifecycles.some(
      (lifecycle) => LifecycleState === lifecycle || LifecycleState.startsWith(`${lifecycle}:`),
    ),
  );
  return matching.flatMap(({ InstanceId }) => (InstanceId === undefined ? [] : [InstanceId])).toSorted();
}

type Change = {
  group: AutoScalingGroup;
  instanceIds: readonly string[];
  wanted: 'registered' | 'unregistered';
  signal: AbortSignal;
};

/** Set semantics: sends only what is not as wanted yet. Returns whether anything was sent. */
async function change(session: AwsSession, { group, instanceIds, wanted, signal }: Change): Promise<boolean> {
  let isChanged = false;
  for (const arn of group.TargetGroupARNs ?? []) {
    const states = await targetStates(session, arn, signal);
    const isIn = (id: string) => states.has(id) && states.get(id) !== 'draining';
    const ids = instanceIds.filter((id) => isIn(id) !== (wanted === 'registered'));
    if (ids.length === 0) continue;
    isChanged = true;
    const query = { TargetGroupArn: arn, Targets: ids.map((Id) => ({ Id })) };
    const verb = wanted === 'registered' ? 'RegisterTargets' : 'DeregisterTargets';
    await session.perform({
      service: 'elasticloadbalancing',
      signal,
      hint: { doing: `${verb} ${targetGroupName(arn)}`, effect: 'write' },
      send: async (options) => {
        if (wanted === 'registered') await session.elb.send(new RegisterTargetsCommand(query), options);
        else await session.elb.send(new DeregisterTargetsCommand(query), options);
      },
    });
  }
  return isChanged;
}
