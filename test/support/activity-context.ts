/** The context of one attempt, for tests that call the code of an activity directly. */
import type { ActivityContext } from '#runtime/activity.ts';

export function activityContext(fields: Partial<ActivityContext> = {}): ActivityContext {
  const none = (): never => {
    throw new Error('This test has no such thing.');
  };
  return {
    idempotencyKey: 'key-1',
    attempt: 1,
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    lastHeartbeat: undefined,
    deadlineMs: 0,
    completeLater: none,
    blobs: { put: none, get: none },
    ...fields,
  };
}
