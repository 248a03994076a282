/** Who listens to direct asks in memory. */
type Listener = (text: string) => void;

/** Who listens to the asks of one service, by partition. */
export class MemoryAskListeners {
  readonly #byPartition = new Map<number, Set<Listener>>();
  #asked = 0;

  /** Returns what takes it back. */
  add(partition: number, listener: Listener): () => void {
    const all = this.#byPartition.get(partition) ?? new Set<Listener>();
    this.#byPartition.set(partition, all.add(listener));
    return () => all.delete(listener);
  }

  /** One of them, in turn; undefined when nobody listens. */
  pick(partition: number): Listener | undefined {
    const all = [...(this.#byPartition.get(partition) ?? [])];
    this.#asked += 1;
    return all[this.#asked % Math.max(1, all.length)];
  }
}
