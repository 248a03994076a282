/** Sleepers by the time they are due: a binary heap. One that was woken early stays in it until its turn comes. */

export type Sleeper = {
  atMs: number;
  /** Who goes first at the same time. */
  order: number;
  /** Tells apart whom neither time nor order tells apart. */
  count: number;
  /** Woken already. */
  gone: boolean;
  wake: () => void;
};

export class SleeperHeap {
  readonly #heap: Sleeper[] = [];

  push(sleeper: Sleeper): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(sleeper);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(sleeper, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = sleeper;
  }

  /** Who is due next, without taking it. */
  first(): Sleeper | undefined {
    while (this.#heap[0]?.gone) this.#removeFirst();
    return this.#heap[0];
  }

  take(): Sleeper | undefined {
    const first = this.first();
    if (first) this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const right = left + 1;
      let least = left;
      const [a, b] = [heap[left], heap[right]];
      if (a && b && isBefore(b, a)) least = right;
      const child = heap[least];
      if (!child || !isBefore(child, last)) break;
      heap[place] = child;
      place = least;
    }
    heap[place] = last;
  }
}

function isBefore(a: Sleeper, b: Sleeper): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return a.order !== b.order ? a.order < b.order : a.count < b.count;
}
