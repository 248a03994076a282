/** Wakes one waiter. A ring that nobody waits for is remembered, once. */
export class Bell {
  #isRung = false;
  #wake: () => void = () => undefined;

  ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  /** Resolves with the next ring, after `timeoutMs`, or when `signal` fires. */
  async rung(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (!this.#isRung && signal?.aborted !== true) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal?.addEventListener('abort', () => this.#wake(), { once: true });
      });
    }
    this.#isRung = false;
  }
}
