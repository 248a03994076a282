/**
 * Reads the logs of the owned partitions with few readers: partitions that were taken together share one.
 *
 * D1 An entry reaches only the actors it was read for: a partition that is lost and taken again gets new actors and a
 *    new reader, and what the old reader still delivers is dropped. Otherwise a later entry could overtake earlier
 *    ones and move their watermark.
 * D2 When some of a reader's partitions are given back, it is replaced by one for the rest, which starts at the oldest
 *    entry kept: what was applied already is skipped by the actors' watermarks.
 * D3 Nobody is left without a reader unknown to the caller: when the rest cannot be read again, `close` says who that is.
 */
import type { PartitionActors } from './partition-actors.ts';
import type { DirectAsks, Logs, Subscription } from './ports.ts';
import type { RuntimeEvents } from './runtime-events.ts';

type Reader = { actors: ReadonlyMap<number, PartitionActors>; subscriptions: readonly Subscription[] };

export type PartitionReadersOptions = { logs: Logs; directAsks: DirectAsks; events: RuntimeEvents };

export class PartitionReaders {
  readonly #options: PartitionReadersOptions;
  #readers: Reader[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PartitionReadersOptions) {
    this.#options = options;
  }

  /** Starts reading for these actors, by partition. */
  open(actors: ReadonlyMap<number, PartitionActors>): Promise<void> {
    return this.#inTurn(() => this.#open(actors));
  }

  /**
   * Stops reading for these actors; nobody else's reading is meant to end. Returns, by partition, those whose reading
   * did: they shared a reader with one of these, and could not be read again.
   */
  close(gone: readonly PartitionActors[]): Promise<ReadonlyMap<number, PartitionActors>> {
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

  async #close(gone: ReadonlySet<PartitionActors>): Promise<ReadonlyMap<number, PartitionActors>> {
    const touched = this.#readers.filter((reader) =>
      [...reader.actors.values()].some((actors) => gone.has(actors)),
    );
    this.#readers = this.#readers.filter((reader) => !touched.includes(reader));
    const unread = new Map<number, PartitionActors>();
    for (const reader of touched) {
      const rest = new Map([...reader.actors].filter(([, actors]) => !gone.has(actors)));
      try {
        await Promise.all(reader.subscriptions.map((subscription) => subscription.close()));
        if (rest.size > 0) await this.#open(rest);
      } catch (error) {
        this.#options.events.failed({ error });
        for (const [partition, actors] of rest) unread.set(partition, actors);
      }
    }
    return unread;
  }

  /** One change at a time: a close must not overtake the open it undoes. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(change);
    this.#turn = next.catch(() => undefined);
    return next;
  }
}
