/** The activity queue of one account and region: calls to it share a concurrency limit over all replicas. */
import { fitted } from './token.ts';

const QUEUE_LENGTH_MAX = 64;

/**
 * `<account>_<region>`, safe as a subject token and at most 64 characters. The machines (which dispatch) and the
 * catalog (which serves) both call it, so they cannot disagree.
 */
export function activityQueueOf(account: string, region: string): string {
  const token = `${account}_${region}`.replaceAll(
    /[^A-Za-z0-9_-]/g,
    (unit) => `-${unit.charCodeAt(0).toString(16)}-`,
  );
  return fitted(token, QUEUE_LENGTH_MAX);
}
