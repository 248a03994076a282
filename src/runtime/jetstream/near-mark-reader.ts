/** Near marks as they stand in a core stream: read with the mailboxes, forgotten from the oldest on. */
import { parsedJson } from '#contracts/json.ts';
import { StoredNearMark } from '#contracts/near-mark.ts';
import { STREAM, coreSubjects } from '#contracts/subjects.ts';
import type { Bus } from '#bus/connect.ts';
import { forgetBelow } from '#bus/forget-below.ts';
import type { ReadMessage } from '#bus/ordered-reader.ts';
import { LogProgress } from '../log-progress.ts';
import type { NearMark } from '../ports.ts';

const PURGE_MS = 2_000;

export type NearMarkReaderOptions = {
  bus: Bus;
  service: string;
  shard: number;
  onNearMark: (mark: NearMark) => void;
};

export class NearMarkReader {
  readonly #options: NearMarkReaderOptions;
  readonly #progress = new Map<number, LogProgress>();
  readonly #purging: NodeJS.Timeout;

  constructor(options: NearMarkReaderOptions) {
    this.#options = options;
    this.#purging = setInterval(() => void this.#purge(), PURGE_MS);
  }

  /** Takes a message of the core stream; returns whether it was a near mark. */
  push(message: ReadMessage): boolean {
    const [kind, , , token] = message.subject.split('.', 4);
    if (kind !== 'tn') return false;
    const partition = Number(token);
    const { sequence } = message;
    const progress = this.#progressOf(partition);
    progress.opened(sequence);
    const done = (): void => progress.closed(sequence);
    const mark = StoredNearMark.safeParse(parsedJson(message.data));
    // Only the runtime writes here: what is no mark was never one.
    if (!mark.success) done();
    else {
      const { actor, node } = mark.data;
      this.#options.onNearMark({ actor, node, partition, sequence, done });
    }
    return true;
  }

  /** Forgets nothing any more: what is open is read by the next owner. */
  close(): void {
    clearInterval(this.#purging);
  }

  #progressOf(partition: number): LogProgress {
    const known = this.#progress.get(partition);
    if (known) return known;
    const created = new LogProgress();
    this.#progress.set(partition, created);
    return created;
  }

  async #purge(): Promise<void> {
    const { bus, service, shard } = this.#options;
    for (const [partition, progress] of this.#progress) {
      const sequence = progress.takePurge();
      if (sequence === null) continue;
      const subject = coreSubjects(service, shard).nearMarks(partition);
      const stream = STREAM.core(service, shard);
      await forgetBelow(bus, { stream, subject, sequence }).catch(() => progress.purgeFailed());
    }
  }
}
