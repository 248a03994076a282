/** Which entries of a log are read but not yet applied: everything below the lowest of them may be forgotten. */
export class LogProgress {
  readonly #open = new Set<number>();
  #highest = 0;
  #purgedBelow = 0;

  opened(sequence: number): void {
    this.#open.add(sequence);
    if (sequence > this.#highest) this.#highest = sequence;
  }

  /** Whether it was opened before, or comes after a later one: each reader begins with the oldest entry. */
  isKnown(sequence: number): boolean {
    return sequence <= this.#highest;
  }

  /** 0: nothing was opened yet. */
  get highest(): number {
    return this.#highest;
  }

  closed(sequence: number): void {
    this.#open.delete(sequence);
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Whether everything up to a sequence was opened, and closed again. */
  isClosedUpTo(sequence: number): boolean {
    if (sequence > this.#highest) return false;
    for (const open of this.#open) if (open <= sequence) return false;
    return true;
  }

  /** The sequence below which everything is applied, when it moved since the last call; null otherwise. */
  takePurge(): number | null {
    let lowest = this.#highest + 1;
    for (const sequence of this.#open) if (sequence < lowest) lowest = sequence;
    if (lowest <= 1 || lowest <= this.#purgedBelow) return null;
    this.#purgedBelow = lowest;
    return lowest;
  }

  /** Undoes {@link takePurge} after a failed purge. */
  purgeFailed(): void {
    this.#purgedBelow = 0;
  }
}
