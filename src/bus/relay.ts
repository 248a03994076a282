/**
 * Passes on what a partition's actors have for others: envelopes to other services, tasks to workers.
 *
 * Y1 In order, and only after the commit that holds it: the core stream is the outbox.
 * Y2 At least once, stored once: the message's subject is its id, and the receiving stream drops a repeated one.
 * Y3 Forgotten by the core stream only after the receiving stream has acknowledged it.
 * Y4 A process that slept does not pass on what another one has passed on meanwhile, however long ago: it looks whether
 *    the message is still there. Where streams have copies, only a server that is as far as what was read may say no.
 *
 * The server could do this by itself (stream sources), but loses what is under way when it is killed at the wrong
 * moment: ADR 8.
 */
import { relayTarget } from '#contracts/subjects.ts';
import type { Bus } from './connect.ts';
import type { ReadMessage } from './ordered-reader.ts';
import { publish } from './publish.ts';
import { readLast } from './stored-message.ts';
import type { StreamPositions } from './stream-positions.ts';

const GROUP_MAX = 64;
const RETRY_MS = 100;
/** A message that waited longer here may have been passed on by another owner. */
const FRESH_MS = 5_000;

type Waiting = { message: ReadMessage; target: string; sinceMs: number };

export class Relay {
  readonly #bus: Bus;
  readonly #stream: string;
  readonly #positions: StreamPositions | undefined;
  readonly #waiting: Waiting[] = [];
  #running = false;
  #closed = false;
  #passedOn = 0;
  #purged = 0;

  /** @param args.positions absent where no server can be behind another */
  constructor(args: { bus: Bus; stream: string; positions?: StreamPositions | undefined }) {
    this.#positions = args.positions;
    this.#bus = args.bus;
    this.#stream = args.stream;
  }

  /** Takes a message of the core stream; ignores what is not for others. Returns whether it was taken. */
  push(message: ReadMessage): boolean {
    const target = relayTarget(message.subject);
    if (target === null) return false;
    this.#waiting.push({ message, target, sinceMs: performance.now() });
    if (!this.#running) void this.#run();
    return true;
  }

  /** What waits is left to the next owner. */
  close(): void {
    this.#closed = true;
  }

  /** Sequence below which everything was passed on, when it moved since the last call. */
  takePurge(): number | null {
    if (this.#passedOn <= this.#purged) return null;
    this.#purged = this.#passedOn;
    return this.#passedOn + 1;
  }

  /** Undoes {@link takePurge} after a failed purge. */
  purgeFailed(): void {
    this.#purged = 0;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0 && !this.#closed) {
      const done = await this.#passOn(this.#waiting.slice(0, GROUP_MAX));
      const last = this.#waiting[done - 1];
      if (last) this.#passedOn = Math.max(this.#passedOn, last.message.sequence);
      this.#waiting.splice(0, done);
      if (done === 0) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    this.#running = false;
  }

  /** How many of the group, from its start, the receiving streams have. */
  async #passOn(group: readonly Waiting[]): Promise<number> {
    const outcomes = await Promise.allSettled(group.map((waiting) => this.#passOnOne(waiting)));
    const firstFailed = outcomes.findIndex((outcome) => outcome.status === 'rejected');
    return firstFailed < 0 ? group.length : firstFailed;
  }

  async #passOnOne({ message, target, sinceMs }: Waiting): Promise<void> {
    if (performance.now() - sinceMs > FRESH_MS) {
      const place = { stream: this.#stream, subject: message.subject };
      const stored = await readLast(this.#bus, place);
      if (stored === null) return this.#positions?.assertNothingThere(this.#bus, place);
    }
    await publish(this.#bus, {
      subject: target,
      data: message.data,
      headers: { 'Nats-Msg-Id': message.subject },
    });
  }
}
