/**
 * Parks entries that no step can be made of, with the reason, for people to look at and to send again.
 *
 * P1 Only the owner parks: one that was overtaken may not know an actor that was made since.
 * P2 An entry is closed only when it is parked.
 */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { settle, type Waiting } from './activations.ts';
import { answer } from './answers.ts';
import type { StepOutcome } from './kernel/kernel.ts';
import type { OpenEntries } from './open-entries.ts';
import { entryOf } from './poison.ts';
import type { Clock, LogEntry, Logs, OwnershipStore, Replies } from './ports.ts';
import { OwnershipLost } from './runtime-error.ts';
import type { RuntimeEvents } from './runtime-events.ts';
import { MAILBOX_FULL } from './tell-outcome.ts';

const RETRY_MS = 100;

export type ParkingOptions = {
  partition: number;
  epoch: number;
  ownership: Pick<OwnershipStore, 'isOwned'>;
  logs: Logs;
  clock: Clock;
  replies: Replies;
  events: RuntimeEvents;
  entries: OpenEntries;
  /** The partition was given up: nothing is parked any more, the next owner will. */
  isDropped: () => boolean;
};

export class Parking {
  readonly #options: ParkingOptions;

  constructor(options: ParkingOptions) {
    this.#options = options;
  }

  /** Tries until the entry is stored. @throws OwnershipLost nothing was parked */
  async park(entry: LogEntry, reason: string): Promise<void> {
    const { partition, epoch, ownership, logs, clock, events, entries, isDropped } = this.#options;
    while (!isDropped()) {
      try {
        if (!(await ownership.isOwned({ partition, epoch }))) throw new OwnershipLost(partition);
        await logs.park(entry, reason);
        entries.closed(entry);
        return events.parked({ entry, reason });
      } catch (error) {
        if (error instanceof OwnershipLost) throw error;
        await clock.sleep(RETRY_MS);
      }
    }
  }

  /** The same, and whoever waits for an answer hears the reason. */
  async refuse(waiting: Waiting, reason: string): Promise<void> {
    if ('entry' in waiting) await this.park(waiting.entry, reason);
    settle(waiting, false);
    answer(this.#options.replies, waiting.delivery.envelope, { reason });
  }

  /**
   * What a step does not apply and nobody keeps: what an actor on hold has no room for, and what it kept and its
   * definition refuses. Before the commit, after which neither a log nor the record has it.
   */
  async leftOver(
    taken: readonly Waiting[],
    { overflow = [], settled = [], record }: StepOutcome,
  ): Promise<void> {
    for (const { envelope, reason = '', parkedFrom } of settled) {
      if (parkedFrom !== undefined)
        await this.park(entryOf({ envelope, ...parkedFrom }, this.#options.partition), reason);
    }
    for (const waiting of taken) {
      if (!('entry' in waiting)) continue;
      const { entry, delivery } = waiting;
      if (!overflow.some(({ envelope }) => envelope.id === delivery.envelope.id)) continue;
      await this.park(entry, noRoom(record));
    }
  }
}

function noRoom({ address, stalled, held = [] }: ActorRecord): string {
  return stalled === undefined
    ? `${MAILBOX_FULL}: ${address} is on hold and keeps no more envelopes`
    : `ACTOR_STALLED: ${stalled.code}, and it holds ${held.length} envelopes already. ${stalled.remedy}`;
}
