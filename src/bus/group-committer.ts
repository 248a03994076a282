/**
 * Stores units of messages, each unit whole or not at all, grouping units that wait at the same time.
 *
 * G1 A unit of one message that is alone is a plain publish: it never pays for a batch.
 * G2 Units that wait while others are in flight share one atomic batch: at most 256 units, 1000 messages.
 * G3 One batch is in flight: the server takes one at a time, and a good part of its price does not depend on its size.
 *    What comes of it is waited for before the next one leaves: a unit that was stored often leads to another one.
 * G4 When many are under way they leave in two halves in turn: what comes of one half is made while the server stores the
 *    other one.
 * G5 A unit is refused for its own conflict only: when a group is refused, its members are sent one by one.
 * G6 A unit without an answer is reported as unknown; the caller finds out and decides.
 */
import { BATCH_MESSAGES_MAX, publishBatch } from './atomic-batch.ts';
import { isUnknownOutcome } from './bus-error.ts';
import type { Bus } from './connect.ts';
import { publish, type OutgoingMessage } from './publish.ts';

const UNITS_MAX = 256;
const BATCHES_IN_FLIGHT_MAX = 1;
const SINGLES_IN_FLIGHT_MAX = 4;
/** Up to this many waiting single messages are cheaper as publishes in parallel than as one batch. */
const SINGLES_MAX = 4;
/** So many units under way, in the batch that was stored last or waiting, are worth two batches. */
const HALVED_UNITS_MIN = 64;

type Unit = {
  messages: readonly OutgoingMessage[];
  resolve: (firstSequence: number) => void;
  reject: (error: unknown) => void;
};

export type GroupCommitterStatistics = { units: number; batches: number; singles: number };

export class GroupCommitter {
  readonly #bus: Bus;
  readonly #waiting: Unit[] = [];
  #inFlight = { batches: 0, singles: 0 };
  #scheduled = false;
  /** Of the newest batch that was stored. */
  #storedUnits = 0;
  readonly statistics: GroupCommitterStatistics = { units: 0, batches: 0, singles: 0 };

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Stream sequence of the unit's first message. @throws BusError conflict, or code 0 for an unknown outcome. */
  commit(messages: readonly OutgoingMessage[]): Promise<number> {
    this.statistics.units += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ messages, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    // A single message that meets nobody has nothing to gain from a turn of the event loop.
    const isIdle = this.#inFlight.batches === 0 && this.#inFlight.singles === 0;
    if (isIdle && this.#waiting.length === 1 && this.#waiting[0]?.messages.length === 1) {
      return this.#flush();
    }
    this.#flushSoon();
  }

  /** After one turn of the event loop: everything that is ready by then gets into the same group. */
  #flushSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#waiting.length > 0) {
      const kind = this.#nextKind();
      const max = kind === 'singles' ? SINGLES_IN_FLIGHT_MAX : BATCHES_IN_FLIGHT_MAX;
      if (this.#inFlight[kind] >= max) return;
      const units = kind === 'singles' ? this.#waiting.splice(0, 1) : this.#takeGroup();
      this.#inFlight[kind] += 1;
      void this.#store(units).then((settle) => {
        this.#inFlight[kind] -= 1;
        // The other half leaves first: what comes of this one takes a while.
        if (this.#waiting.length >= HALVED_UNITS_MIN / 2) this.#flush();
        settle();
        this.#flushSoon();
      });
    }
  }

  #nextKind(): 'singles' | 'batches' {
    const few = this.#waiting.length <= SINGLES_MAX;
    return few && this.#waiting.every((unit) => unit.messages.length === 1) ? 'singles' : 'batches';
  }

  #takeGroup(): Unit[] {
    let messages = 0;
    let count = 0;
    const underWay = this.#waiting.length + this.#storedUnits;
    const unitsMax = underWay < HALVED_UNITS_MIN ? UNITS_MAX : Math.min(UNITS_MAX, Math.ceil(underWay / 2));
    for (const unit of this.#waiting) {
      messages += unit.messages.length;
      if (count > 0 && (messages > BATCH_MESSAGES_MAX || count >= unitsMax)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** Never fails; what it returns tells each unit what became of it. */
  async #store(units: readonly Unit[]): Promise<() => void> {
    const [only] = units;
    if (units.length === 1 && only) return this.#storeOne(only);
    try {
      this.statistics.batches += 1;
      const { firstSequence } = await publishBatch(
        this.#bus,
        units.flatMap((unit) => unit.messages),
      );
      this.#storedUnits = units.length;
      return () => {
        let sequence = firstSequence;
        for (const unit of units) {
          unit.resolve(sequence);
          sequence += unit.messages.length;
        }
      };
    } catch (error) {
      if (isUnknownOutcome(error)) return () => units.forEach((unit) => unit.reject(error));
      for (const unit of units) (await this.#storeOne(unit))();
      return () => undefined;
    }
  }

  async #storeOne(unit: Unit): Promise<() => void> {
    try {
      const sequence = await this.#sequenceOf(unit);
      return () => unit.resolve(sequence);
    } catch (error) {
      return () => unit.reject(error);
    }
  }

  async #sequenceOf({ messages }: Unit): Promise<number> {
    const [first] = messages;
    if (messages.length === 1 && first) {
      this.statistics.singles += 1;
      return (await publish(this.#bus, first)).sequence;
    }
    this.statistics.batches += 1;
    return (await publishBatch(this.#bus, messages)).firstSequence;
  }
}
