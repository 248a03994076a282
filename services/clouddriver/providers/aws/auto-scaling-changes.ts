/** Changes of existing Auto Scaling groups: absolute values and sets, so that the same again changes nothing. */
import {
  EnableMetricsCollectionCommand,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { ActivityFailed } from '#runtime/activity.ts';
import type { CloudProvider, ProviderCall } from '../provider.ts';
import { findGroup, writeGroup, type GroupWrite, type NamedGroup } from './auto-scaling-call.ts';
import { VISIBLE_AFTER_MS_MAX } from './aws-failure.ts';
import type { AwsSessions } from './aws-sessions.ts';

type Changes = Pick<CloudProvider, 'setCapacity' | 'suspendProcesses' | 'resumeProcesses' | 'enableMetrics'>;

export function autoScalingChanges(sessions: AwsSessions): Changes {
  return {
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
      await writeGroup(session, call, {
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
      await writeGroup(session, call, {
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

/** The group as it is, for a change of it; null when it is gone. Our own new one is waited for. */
async function changeable(
  sessions: AwsSessions,
  input: NamedGroup,
  write: GroupWrite & { call: ProviderCall },
) {
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

type ProcessChange = NamedGroup & {
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
  await writeGroup(session, call, {
    doing,
    createdAtMs,
    send: async (options) => {
      if (wanted === 'suspended') await session.autoScaling.send(new SuspendProcessesCommand(query), options);
      else await session.autoScaling.send(new ResumeProcessesCommand(query), options);
    },
  });
  return { outcome: 'undone' as const };
}
