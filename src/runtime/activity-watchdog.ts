/**
 * Ends attempts that take too long or stopped beating. Where the time of the whole activity ends first, that is what the
 * failure says, as the actor itself would: whose clock is ahead must not change the code.
 *
 * One for all attempts of a worker, because most attempts end long before their time: it sleeps until the earliest of
 * those times, and an attempt that ends later than that needs no timer of its own.
 */
import type { ActivityTask } from '#contracts/activity-task.ts';
import { timeout } from './activity-failures.ts';
import type { Clock } from './ports.ts';

export type WatchedAttempt = {
  /** A sign of life. */
  beat(): void;
  /** It is over: nothing is called back any more. */
  release(): void;
};

type Watched = {
  task: Pick<ActivityTask, 'startToCloseMs' | 'heartbeatMs' | 'deadlineAtMs'>;
  attemptEndMs: number;
  beatAtMs: number;
  onTimeout: (reason: Error) => void;
};

export class Watchdog {
  readonly #clock: Clock;
  readonly #watched = new Set<Watched>();
  readonly #closed = new AbortController();
  #wakesAtMs = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Its time begins now. Calls back once at most, with what the attempt failed by. */
  watch(task: Watched['task'], onTimeout: (reason: Error) => void): WatchedAttempt {
    const nowMs = this.#clock.nowMs();
    const watched: Watched = { task, attemptEndMs: nowMs + task.startToCloseMs, beatAtMs: nowMs, onTimeout };
    this.#watched.add(watched);
    this.#wakeAt(dueAtMs(watched));
    return {
      beat: () => void (watched.beatAtMs = this.#clock.nowMs()),
      release: () => void this.#watched.delete(watched),
    };
  }

  /** Watches nothing any more, and leaves no timer behind. */
  close(): void {
    this.#closed.abort('closed');
  }

  #wakeAt(atMs: number): void {
    // An earlier look finds this one too, and sleeps again.
    if (atMs >= this.#wakesAtMs) return;
    this.#wakesAtMs = atMs;
    void this.#clock.sleep(atMs - this.#clock.nowMs(), this.#closed.signal).then(() => {
      if (this.#wakesAtMs === atMs && !this.#closed.signal.aborted) this.#look();
    });
  }

  #look(): void {
    const nowMs = this.#clock.nowMs();
    let nextMs = Infinity;
    for (const watched of this.#watched) {
      const reason = reasonAt(watched, nowMs);
      if (reason === null) {
        nextMs = Math.min(nextMs, dueAtMs(watched));
        continue;
      }
      this.#watched.delete(watched);
      watched.onTimeout(reason);
    }
    this.#wakesAtMs = Infinity;
    this.#wakeAt(nextMs);
  }
}

function dueAtMs({ task, attemptEndMs, beatAtMs }: Watched): number {
  const silentAtMs = task.heartbeatMs > 0 ? beatAtMs + task.heartbeatMs : Infinity;
  return Math.min(attemptEndMs, task.deadlineAtMs, silentAtMs);
}

/** Null: it may go on. */
function reasonAt(watched: Watched, nowMs: number): Error | null {
  if (nowMs < dueAtMs(watched)) return null;
  const { task, attemptEndMs } = watched;
  if (nowMs >= task.deadlineAtMs && task.deadlineAtMs <= attemptEndMs)
    return timeout('ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT', 'reached the end of its activity');
  if (nowMs >= attemptEndMs) return timeout('ACTIVITY_START_TO_CLOSE_TIMEOUT', 'took too long');
  return timeout('ACTIVITY_HEARTBEAT_TIMEOUT', 'stopped reporting');
}
