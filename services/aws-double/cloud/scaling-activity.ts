/** Scaling activities: a group's diary, where a launch that failed says why. */
import type { Resource } from './resource.ts';

export interface ScalingActivity extends Resource {
  readonly groupName: string;
  readonly groupArn: string;
  readonly cause: string;
  readonly description: string;
  readonly instanceId?: string | undefined;
  /** `InProgress` until `finishedAtMs`, then this. */
  readonly outcome: 'Successful' | 'Failed';
  readonly statusMessage?: string | undefined;
  readonly finishedAtMs: number;
}

/** Status and progress in percent at a moment. */
export function activityStatusAt(
  activity: ScalingActivity,
  nowMs: number,
): { code: string; progress: number } {
  if (nowMs >= activity.finishedAtMs) return { code: activity.outcome, progress: 100 };
  return { code: 'InProgress', progress: 50 };
}
