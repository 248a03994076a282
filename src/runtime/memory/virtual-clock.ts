/** A clock that moves only when told to: hours of waiting pass in milliseconds, in a reproducible order. */
import type { Clock } from '../ports.ts';

type Sleeper = { atMs: number; order: number; wake: () => void };

export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  #sleepers: Sleeper[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#order += 1;
      const sleeper: Sleeper = {
        atMs: this.#nowMs + Math.max(0, delayMs),
        order: this.#order,
        wake: resolve,
      };
      this.#sleepers.push(sleeper);
      const onAbort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Lets everything that is ready run, then moves on, sleeper by sleeper. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (let next = this.#takeDue(endMs); next; next = this.#takeDue(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      await settle();
    }
    this.#nowMs = endMs;
    await settle();
  }

  /** Moves on until the condition holds. @throws Error when it does not within `limitMs` of virtual time. */
  async advanceUntil(condition: () => boolean, limitMs: number): Promise<void> {
    const endMs = this.#nowMs + limitMs;
    await settle();
    while (!condition()) {
      const next = this.#takeDue(endMs);
      if (!next) throw new Error(`The condition did not hold within ${limitMs} ms of virtual time.`);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      await settle();
    }
  }

  #takeDue(endMs: number): Sleeper | undefined {
    let earliest: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      const sooner =
        !earliest ||
        sleeper.atMs < earliest.atMs ||
        (sleeper.atMs === earliest.atMs && sleeper.order < earliest.order);
      if (sooner) earliest = sleeper;
    }
    if (!earliest || earliest.atMs > endMs) return undefined;
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== earliest);
    return earliest;
  }
}

/** Runs every promise reaction that is ready: a macrotask starts only when no microtask is left. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
