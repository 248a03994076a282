/**
 * Ends an attempt that takes too long or stopped beating, by its signal. Where the time of the whole activity ends
 * first, that is what the failure says, as the actor itself would: whose clock is ahead must not change the code.
 */
import type { ActivityTask } from '#contracts/activity-task.ts';
import { timeout } from './activity-failures.ts';
import type { Clock } from './ports.ts';

export class Watchdog {
  readonly #options: { task: ActivityTask; clock: Clock; abort: AbortController };
  readonly #stop = new AbortController();
  #beatAtMs: number;

  constructor(options: { task: ActivityTask; clock: Clock; abort: AbortController }) {
    this.#options = options;
    this.#beatAtMs = options.clock.nowMs();
    void this.#watch();
  }

  beat(): void {
    this.#beatAtMs = this.#options.clock.nowMs();
  }

  stop(): void {
    // With a reason, because making the default one takes longer than all the rest.
    this.#stop.abort('over');
  }

  async #watch(): Promise<void> {
    const { task, clock, abort } = this.#options;
    const { deadlineAtMs } = task;
    const attemptEndMs = clock.nowMs() + task.startToCloseMs;
    const endMs = Math.min(attemptEndMs, deadlineAtMs);
    while (!this.#stop.signal.aborted && !abort.signal.aborted) {
      const nowMs = clock.nowMs();
      const silentAtMs = task.heartbeatMs > 0 ? this.#beatAtMs + task.heartbeatMs : Infinity;
      if (nowMs >= endMs && deadlineAtMs <= attemptEndMs)
        return abort.abort(timeout('ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT', 'reached the end of its activity'));
      if (nowMs >= endMs) return abort.abort(timeout('ACTIVITY_START_TO_CLOSE_TIMEOUT', 'took too long'));
      if (nowMs >= silentAtMs) return abort.abort(timeout('ACTIVITY_HEARTBEAT_TIMEOUT', 'stopped reporting'));
      await clock.sleep(Math.min(endMs, silentAtMs) - nowMs, this.#stop.signal);
    }
  }
}
