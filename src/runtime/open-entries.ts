/**
 * The entries of one partition's logs that are read but not yet applied, and the forgetting of those that are.
 *
 * E1 An entry is forgotten only while the partition is still owned: a zombie refuses on what it remembers, and must
 *    not take away what the new owner has yet to see.
 */
import { LogProgress } from './log-progress.ts';
import type { Clock, LogEntry, Logs, OwnershipStore } from './ports.ts';

export type OpenEntriesOptions = {
  partition: number;
  epoch: number;
  logs: Logs;
  ownership: OwnershipStore;
  clock: Clock;
};

const CATCH_UP_MS = 5;
/** What was the newest may be forgotten before it is read, or be shown by a server that is behind. */
const ASK_AGAIN_MS = 1_000;
const UNANSWERED_MS = 50;

export class OpenEntries {
  readonly #options: OpenEntriesOptions;
  readonly #progress = { mailbox: new LogProgress(), ingress: new LogProgress() };

  constructor(options: OpenEntriesOptions) {
    this.#options = options;
  }

  /** Entries read but not yet applied. */
  get count(): number {
    return this.#progress.mailbox.openCount + this.#progress.ingress.openCount;
  }

  /** False when it was read before: a reader that replaces another one begins with the oldest entry kept. */
  opened(entry: LogEntry): boolean {
    const progress = this.#progress[entry.log];
    if (progress.isKnown(entry.sequence)) return false;
    progress.opened(entry.sequence);
    return true;
  }

  /** Whether an entry of a log, and all before it, were read. */
  isRead(log: LogEntry['log'], sequence: number): boolean {
    return this.#progress[log].isKnown(sequence);
  }

  /** Sequence of the newest entry of a log that was read; 0: none. */
  newestRead(log: LogEntry['log']): number {
    return this.#progress[log].highest;
  }

  closed(entry: LogEntry): void {
    this.#progress[entry.log].closed(entry.sequence);
  }

  /** Resolves when all that is in the ingress now is applied; false when the partition is dropped before. */
  async caughtUp(isDropped: () => boolean): Promise<boolean> {
    const { logs, partition, clock } = this.#options;
    let newest: number | undefined;
    let askAtMs = clock.nowMs();
    while (!isDropped()) {
      if (clock.nowMs() >= askAtMs) {
        newest = await logs.newestIngress(partition).catch(() => undefined);
        askAtMs = clock.nowMs() + (newest === undefined ? UNANSWERED_MS : ASK_AGAIN_MS);
      }
      if (newest !== undefined && this.#progress.ingress.isClosedUpTo(newest)) return true;
      await clock.sleep(CATCH_UP_MS);
    }
    return false;
  }

  /** Forgets applied entries. `lost` when someone else owns the partition by now. */
  async purge(): Promise<'owned' | 'lost'> {
    const { partition, epoch, ownership, logs } = this.#options;
    for (const log of ['mailbox', 'ingress'] as const) {
      const belowSequence = this.#progress[log].takePurge();
      if (belowSequence === null) continue;
      try {
        if (!(await ownership.isOwned({ partition, epoch }))) return 'lost';
        await logs.purge({ log, partition, belowSequence });
      } catch {
        this.#progress[log].purgeFailed();
      }
    }
    return 'owned';
  }
}
