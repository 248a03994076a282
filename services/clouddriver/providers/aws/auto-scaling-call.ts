/** Single calls of Auto Scaling that reads and changes share. */
import { DescribeAutoScalingGroupsCommand, type AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { ActivityFailed } from '#runtime/activity.ts';
import type { ProviderCall } from '../provider.ts';
import { isNotFound } from './aws-failure.ts';
import type { AwsSession } from './aws-sessions.ts';

export type NamedGroup = { account: string; region: string; serverGroupName: string };
export type GroupWrite = { doing: string; createdAtMs?: number | undefined };

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

/** Makes one changing call of Auto Scaling. */
export async function writeGroup(
  session: AwsSession,
  call: ProviderCall,
  args: GroupWrite & {
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
