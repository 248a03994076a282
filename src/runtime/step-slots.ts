/**
 * Bounds the steps that a node has under way: what waits for its slot is an envelope, no more.
 *
 * Whoever finds a free slot goes on at once, in the same turn: what arrives together is taken apart as if there were no
 * bound, which a limiter that starts everything a turn later would not do.
 */

/** More of them would only wait for the store, each with all that it has made. */
const STEPS_MAX = 512;

export class StepSlots {
  #free = STEPS_MAX;
  readonly #waiting: (() => void)[] = [];

  /** As soon as a slot is free, in the order of asking. */
  async run(step: () => Promise<void>): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      await step();
    } finally {
      this.#giveBack();
    }
  }

  #giveBack(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
