/** The task of an activity's current attempt, as its actor's record knows it. */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { ActivityRecord, ActorRecord } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';

/** @param about.scheduledAtMs when the attempt was dispatched */
export function taskOf(
  activity: ActivityRecord,
  about: { actor: Address; childId: string; scheduledAtMs: number; life?: number },
): ActivityTask {
  const { birth, name, queue, input, options, attempt, deadlineAtMs, lastHeartbeat, startByMs } = activity;
  const { startToCloseMs, heartbeatMs, cancelGraceMs, largeOutput } = options;
  return {
    v: 1,
    actor: about.actor,
    childId: about.childId,
    birth,
    name,
    queue,
    ...(input === undefined ? {} : { input }),
    attempt,
    scheduledAtMs: about.scheduledAtMs,
    deadlineAtMs,
    startToCloseMs,
    heartbeatMs,
    ...(lastHeartbeat === undefined ? {} : { lastHeartbeat }),
    ...(startByMs === undefined ? {} : { startByMs }),
    ...(cancelGraceMs === undefined ? {} : { cancelGraceMs }),
    ...(largeOutput === undefined ? {} : { largeOutput }),
    ...(about.life === undefined ? {} : { life: about.life }),
  };
}

/** An attempt that the owner of the actor's partition runs itself, and the node that does. */
export type NearAttempt = { task: ActivityTask; node: string };

/** Whether the record holds an attempt that runs near and has not ended. */
export function hasNearAttempt({ status, activities }: ActorRecord): boolean {
  return status === 'active' && Object.values(activities).some((activity) => nodeOf(activity) !== undefined);
}

/** The node that runs the current attempt near; undefined when none does. */
function nodeOf({ near, nextAttemptAtMs, asyncUntilMs }: ActivityRecord): string | undefined {
  return nextAttemptAtMs === undefined && asyncUntilMs === undefined ? near : undefined;
}

/** Attempts that run near and have not ended, as far as the record knows. */
export function nearAttempts({ address, status, step, activities, life }: ActorRecord): NearAttempt[] {
  if (status !== 'active') return [];
  return Object.entries(activities).flatMap(([childId, activity]) => {
    const node = nodeOf(activity);
    if (node === undefined) return [];
    const { scheduledAtMs } = activity;
    const about = { actor: address, childId, scheduledAtMs, ...(life === undefined ? {} : { life }) };
    return [{ task: { ...taskOf(activity, about), step }, node }];
  });
}
