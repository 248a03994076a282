/** Near marks on the bus in memory, as a process that reads them sees them. */
import type { Address } from '#contracts/address.ts';
import type { NearMark } from '../ports.ts';
import type { DelayedChannel } from './delayed-channel.ts';

export type KeptNearMark = Omit<NearMark, 'done'>;

/** Of one service: one mark an actor at most. */
export class MemoryNearMarks {
  readonly #byActor = new Map<Address, KeptNearMark>();
  readonly #readers = new Set<(mark: KeptNearMark) => void>();

  put(mark: KeptNearMark): void {
    // The newest last, as in a stream.
    this.#byActor.delete(mark.actor);
    this.#byActor.set(mark.actor, mark);
    for (const reader of this.#readers) reader(mark);
  }

  /** Delivers those that are kept, and every later one, until the returned function is called. */
  read(
    process: {
      readonly alive: boolean;
      channel<T>(receive: (value: T) => void): DelayedChannel<T>;
    },
    args: { wanted: ReadonlySet<number>; onNearMark: (mark: NearMark) => void },
  ): () => boolean {
    const channel = process.channel<KeptNearMark>((mark) =>
      args.onNearMark({
        ...mark,
        done: () => {
          const isNewest = this.#byActor.get(mark.actor)?.sequence === mark.sequence;
          if (process.alive && isNewest) this.#byActor.delete(mark.actor);
        },
      }),
    );
    const reader = (mark: KeptNearMark): void => {
      if (args.wanted.has(mark.partition)) channel.send(mark);
    };
    for (const mark of this.#byActor.values()) reader(mark);
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }
}
