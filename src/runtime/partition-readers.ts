/**
 * Reads the logs of the owned partitions with few readers: partitions that were taken together share one.
 *
 * D1 An entry reaches only the actors it was read for: a partition that is lost and taken again gets new actors and a
 *    new reader, and what the old reader still delivers is dropped. Otherwise a later entry could overtake earlier
 *    ones and move their watermark.
 * D2 When some of a reader's partitions are given back, it is replaced by one for the rest, which starts at the oldest
 *    entry kept: what was applied already is skipped by the actors' watermarks.
 */
import type { PartitionActors } from './partition-actors.ts';
import type { DirectAsks, Logs, Subscription } from './ports.ts';

type Reader = { actors: ReadonlyMap<number, PartitionActors>; subscriptions: readonly Subscription[] };

export type PartitionReadersOptions = { logs: Logs; directAsks: DirectAsks };

export class PartitionReaders {
  readonly #options: PartitionReadersOptions;
  #readers: Reader[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(options: PartitionReadersOptions) {
    this.#options = options;
  }

  /** Starts reading for these actors, by partition. */
  open(actors: ReadonlyMap<number, PartitionActors>): Promise<void> {
    return this.#inTurn(() => this.#open(actors));
  }

  /** Stops reading for these actors; nobody else's reading ends. */
  close(gone: readonly PartitionActors[]): Promise<void> {
    return this.#inTurn(() => this.#close(new Set(gone)));
  }

  async #open(actors: ReadonlyMap<number, PartitionActors>): Promise<void> {
    const { logs, directAsks } = this.#options;
    const partitions = [...actors.keys()];
    const reading = await logs.read(
      partitions,
      (entry) => actors.get(entry.partition)?.accept(entry),
      (mark) => actors.get(mark.partition)?.acceptNear(mark),
    );
    try {
      const listening = await directAsks.listen(partitions, (ask, partition) =>
        actors.get(partition)?.acceptAsk(ask),
      );
      this.#readers.push({ actors, subscriptions: [listening, reading] });
    } catch (error) {
      await reading.close();
      throw error;
    }
  }

  async #close(gone: ReadonlySet<PartitionActors>): Promise<void> {
    const touched = this.#readers.filter((reader) =>
      [...reader.actors.values()].some((actors) => gone.has(actors)),
    );
    this.#readers = this.#readers.filter((reader) => !touched.includes(reader));
    for (const reader of touched) {
      for (const subscription of reader.subscriptions) await subscription.close();
      const rest = new Map([...reader.actors].filter(([, actors]) => !gone.has(actors)));
      if (rest.size > 0) await this.#open(rest);
    }
  }

  /** One change at a time: a close must not overtake the open it undoes. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const next = this.#turn.then(change);
    this.#turn = next.catch(() => undefined);
    return next;
  }
}
