/** I7: when nothing fails any more, whatever is due gets done. */
import type { Invariant } from './evidence.ts';

/** Nothing that is due waits longer than this once the faults are over. */
const OVERDUE_MS_MAX = 60_000;

export const allFinish: Invariant = {
  id: 'I7',
  title: 'after the faults stop, what is due is done within a bound',
  check: ({ records, endedAtMs, happenings }) => {
    const calm = happenings.findLast(({ kind }) => kind === 'calm');
    const sinceMs = Math.max(calm?.atMs ?? 0, 0);
    const found: string[] = [];
    for (const [address, record] of records) {
      if (record.status !== 'active') {
        const left = [record.timers, record.activities].flatMap((open) => Object.keys(open));
        if (left.length > 0) found.push(`${address} ended and still has ${left.join(', ')}`);
      }
      if (record.status !== 'active' || record.paused || record.stalled) continue;
      const overdue = (dueAtMs: number): boolean => endedAtMs - Math.max(dueAtMs, sinceMs) > OVERDUE_MS_MAX;
      for (const [id, timer] of Object.entries(record.timers)) {
        if (overdue(timer.dueAtMs)) found.push(`${address} waits for its timer '${id}', long overdue`);
      }
      for (const [id, activity] of Object.entries(record.activities)) {
        if (overdue(activity.nextAttemptAtMs ?? activity.deadlineAtMs))
          found.push(`${address} waits for its activity '${id}', long overdue`);
      }
    }
    return found;
  },
};
