/** What the bus pushes to one subscription: late perhaps, but in order. */
import type { Clock } from '../ports.ts';

export type DelayedChannelOptions<T> = {
  clock: Clock;
  /** Absent: everything arrives at once. */
  delayMs: (() => number) | undefined;
  /** Nothing arrives before this time. */
  notBeforeMs: () => number;
  receive: (value: T) => void;
};

export class DelayedChannel<T> {
  readonly #options: DelayedChannelOptions<T>;
  readonly #underWay: { value: T; dueAtMs: number }[] = [];
  #isMoving = false;

  constructor(options: DelayedChannelOptions<T>) {
    this.#options = options;
  }

  send(value: T): void {
    const { clock, delayMs, notBeforeMs, receive } = this.#options;
    const nowMs = clock.nowMs();
    if (!delayMs && !this.#isMoving && notBeforeMs() <= nowMs) return receive(value);
    this.#underWay.push({ value, dueAtMs: nowMs + (delayMs?.() ?? 0) });
    if (!this.#isMoving) void this.#move();
  }

  async #move(): Promise<void> {
    const { clock, notBeforeMs, receive } = this.#options;
    this.#isMoving = true;
    for (let first = this.#underWay[0]; first; first = this.#underWay[0]) {
      const waitMs = Math.max(first.dueAtMs, notBeforeMs()) - clock.nowMs();
      if (waitMs > 0) {
        await clock.sleep(waitMs);
        continue;
      }
      this.#underWay.shift();
      receive(first.value);
    }
    this.#isMoving = false;
  }
}
