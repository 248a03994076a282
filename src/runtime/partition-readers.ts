/**
 * Reads the logs of the owned partitions with few readers: partitions that were taken together share one.
 *
 * When some of a reader's partitions are given back, the reader is replaced by one for the rest, which starts at the
 * oldest entry kept: what was applied already is skipped by the actors' watermarks.
 */
import type { LogEntry, Logs, Subscription } from './ports.ts';

type Reader = { partitions: ReadonlySet<number>; subscription: Subscription };

export class PartitionReaders {
  readonly #logs: Logs;
  readonly #onEntry: (entry: LogEntry) => void;
  #readers: Reader[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(logs: Logs, onEntry: (entry: LogEntry) => void) {
    this.#logs = logs;
    this.#onEntry = onEntry;
  }

  open(partitions: readonly number[]): Promise<void> {
    return this.#inTurn(() => this.#open(partitions));
  }

  close(partitions: readonly number[]): Promise<void> {
    return this.#inTurn(() => this.#close(new Set(partitions)));
  }

  async #open(partitions: readonly number[]): Promise<void> {
    const subscription = await this.#logs.read(partitions, this.#onEntry);
    this.#readers.push({ partitions: new Set(partitions), subscription });
  }

  async #close(gone: ReadonlySet<number>): Promise<void> {
    const touched = this.#readers.filter((reader) => !reader.partitions.isDisjointFrom(gone));
    this.#readers = this.#readers.filter((reader) => !touched.includes(reader));
    for (const reader of touched) {
      await reader.subscription.close();
      const rest = [...reader.partitions.difference(gone)];
      if (rest.length > 0) await this.#open(rest);
    }
  }

  /** One change at a time: a close must not overtake the open it undoes. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const next = this.#turn.then(change);
    this.#turn = next.catch(() => undefined);
    return next;
  }
}
