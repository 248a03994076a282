/** What the bus pushes to one subscription: late, but in order. */
import type { Clock } from '../ports.ts';

export class DelayedChannel<T> {
  readonly #clock: Clock;
  readonly #delayMs: (() => number) | undefined;
  readonly #receive: (value: T) => void;
  readonly #underWay: T[] = [];
  #dueAtMs = 0;

  /** @param args.delayMs absent: everything arrives at once */
  constructor(args: { clock: Clock; delayMs: (() => number) | undefined; receive: (value: T) => void }) {
    this.#clock = args.clock;
    this.#delayMs = args.delayMs;
    this.#receive = args.receive;
  }

  send(value: T): void {
    if (!this.#delayMs) return this.#receive(value);
    const nowMs = this.#clock.nowMs();
    this.#dueAtMs = Math.max(this.#dueAtMs, nowMs + this.#delayMs());
    this.#underWay.push(value);
    void this.#clock.sleep(this.#dueAtMs - nowMs).then(() => {
      const [first] = this.#underWay.splice(0, 1);
      if (first !== undefined) this.#receive(first);
    });
  }
}
