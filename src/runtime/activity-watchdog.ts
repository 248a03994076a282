/** Ends an attempt that takes too long or stopped beating, by its signal. */
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
    this.#stop.abort();
  }

  async #watch(): Promise<void> {
    const { task, clock, abort } = this.#options;
    const endMs = Math.min(clock.nowMs() + task.startToCloseMs, task.deadlineAtMs);
    while (!this.#stop.signal.aborted && !abort.signal.aborted) {
      const nowMs = clock.nowMs();
      const silentAtMs = task.heartbeatMs > 0 ? this.#beatAtMs + task.heartbeatMs : Infinity;
      if (nowMs >= endMs) return abort.abort(timeout('ACTIVITY_START_TO_CLOSE_TIMEOUT', 'took too long'));
      if (nowMs >= silentAtMs) return abort.abort(timeout('ACTIVITY_HEARTBEAT_TIMEOUT', 'stopped reporting'));
      await clock.sleep(Math.min(endMs, silentAtMs) - nowMs, this.#stop.signal);
    }
  }
}
