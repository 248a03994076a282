/** A clock that moves only when told to: hours of waiting pass in milliseconds, in a reproducible order. */
import type { Clock } from '../ports.ts';
import { SleeperHeap, type Sleeper } from './sleeper-heap.ts';

export class VirtualClock implements Clock {
  readonly #sleepers = new SleeperHeap();
  readonly #orderOf: (count: number) => number;
  #nowMs: number;
  #count = 0;

  /** @param orderOf decides who of several that are due at the same time goes first; absent: who came first */
  constructor(startMs = Date.UTC(2026, 0, 1), orderOf: (count: number) => number = (count) => count) {
    this.#nowMs = startMs;
    this.#orderOf = orderOf;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#count += 1;
      const sleeper: Sleeper = {
        atMs: this.#nowMs + Math.max(0, delayMs),
        order: this.#orderOf(this.#count),
        count: this.#count,
        gone: false,
        wake: resolve,
      };
      this.#sleepers.push(sleeper);
      if (!signal) return;
      const onAbort = (): void => {
        sleeper.gone = true;
        resolve();
      };
      sleeper.wake = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
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
    const first = this.#sleepers.first();
    return first && first.atMs <= endMs ? this.#sleepers.take() : undefined;
  }
}

/** Runs every promise reaction that is ready: a macrotask starts only when no microtask is left. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
