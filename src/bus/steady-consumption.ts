/**
 * Keeps a consumption going over restarts of the server.
 *
 * The client library resumes by itself when heartbeats are missing, but not always, and late. Here a consumption is
 * replaced
 *
 * S1 as soon as the connection is back,
 * S2 whenever heartbeats are missing although it is up,
 * S3 when the library ended it by itself (a consumer that could not be made again, a callback that threw),
 * S4 when its consumer has gone or nobody has asked it for messages: looked at every few seconds, because the library
 *    watches no heartbeats while it makes a consumer again.
 *
 * Where there is a way to read without a consumption, it is taken from the first failed attempt to open one until the next
 * one is open.
 *
 * S5 Only one consumption delivers, also where an attempt to open one was given up and is answered later.
 */
import type { ConsumerInfo, ConsumerMessages } from '@nats-io/jetstream';
import { JetStreamCode } from './bus-error.ts';
import type { Bus } from './connect.ts';
import { untilAnswered } from './until-answered.ts';

/** Heartbeats of one second: this many missing in a row and the consumption is replaced. */
const MISSED_HEARTBEATS_MAX = 2;
const RETRY_MS = 500;
const LOOK_MS = 5_000;
/** One look may fall between two pulls. */
const IDLE_LOOKS_MAX = 2;
/** Nobody waits longer for an old consumption to say goodbye: its server may be gone. */
const CLOSE_MS_MAX = 1_000;

/** A consumption with a way to look at its consumer on the server. */
export type Consumption = {
  messages: ConsumerMessages;
  info: () => Promise<ConsumerInfo>;
  /** Where nobody else uses the consumer: takes it off the server, which would keep it for a while. */
  forget?: () => Promise<unknown>;
};

/** Opens a consumption; `isCurrent` tells its callbacks whether it was replaced meanwhile. */
export type OpenConsumption = (isCurrent: () => boolean) => Promise<Consumption>;

/** Reads on by other means, for as long as that is wanted. */
export type ReadMeanwhile = (isWanted: () => boolean) => Promise<void>;

/** Resolves when the first consumption is open. @throws when that one cannot be opened. */
export async function consumeSteadily(
  bus: Bus,
  open: OpenConsumption,
  meanwhile?: ReadMeanwhile,
): Promise<{ close(): Promise<void> }> {
  const consumption = new SteadyConsumption(bus, { open, meanwhile });
  try {
    await consumption.start();
  } catch (error) {
    await consumption.close();
    throw error;
  }
  return consumption;
}

class SteadyConsumption {
  readonly #bus: Bus;
  readonly #open: OpenConsumption;
  readonly #meanwhile: ReadMeanwhile | undefined;
  #isOpen = false;
  #isReadMeanwhile = false;
  #generation = 0;
  #consumption: Consumption | undefined;
  #closed = false;
  #replacing = false;

  constructor(
    bus: Bus,
    { open, meanwhile }: { open: OpenConsumption; meanwhile: ReadMeanwhile | undefined },
  ) {
    this.#bus = bus;
    this.#open = open;
    this.#meanwhile = meanwhile;
  }

  async start(): Promise<void> {
    await this.#replace();
    void this.#followConnection();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#generation += 1;
    await Promise.race([ended(this.#consumption), sleep(CLOSE_MS_MAX)]);
  }

  async #replace(): Promise<void> {
    this.#isOpen = false;
    // The server may be gone: nobody waits for the old one to say goodbye.
    void ended(this.#consumption);
    const { consumption, isCurrent } = await untilAnswered(this.#bus, () => this.#openNext());
    if (!isCurrent()) return;
    this.#consumption = consumption;
    this.#isOpen = true;
    void this.#followHeartbeats(consumption.messages, isCurrent);
    void this.#followEnd(consumption.messages, isCurrent);
    void this.#look(consumption, isCurrent);
  }

  /** One attempt: it may come to its end after it was given up, and another one has taken its place (S5). */
  async #openNext(): Promise<{ consumption: Consumption; isCurrent: () => boolean }> {
    this.#generation += 1;
    const generation = this.#generation;
    const isCurrent = (): boolean => !this.#closed && this.#generation === generation;
    try {
      const consumption = await this.#open(isCurrent);
      if (!isCurrent()) void ended(consumption);
      return { consumption, isCurrent };
    } catch (error) {
      void this.#readMeanwhile();
      throw error;
    }
  }

  async #readMeanwhile(): Promise<void> {
    if (this.#meanwhile === undefined || this.#isReadMeanwhile) return;
    this.#isReadMeanwhile = true;
    const isWanted = (): boolean => !this.#closed && !this.#isOpen && !this.#bus.isClosed();
    await this.#meanwhile(isWanted).catch(() => undefined);
    this.#isReadMeanwhile = false;
  }

  async #followConnection(): Promise<void> {
    for await (const status of this.#bus.status()) {
      if (this.#closed) return;
      if (status.type === 'reconnect') void this.#replaceSteadily();
    }
  }

  async #followHeartbeats(messages: ConsumerMessages, isCurrent: () => boolean): Promise<void> {
    for await (const status of messages.status()) {
      if (!isCurrent()) return;
      if (status.type === 'heartbeats_missed' && status.count >= MISSED_HEARTBEATS_MAX)
        void this.#replaceSteadily();
    }
  }

  async #followEnd(messages: ConsumerMessages, isCurrent: () => boolean): Promise<void> {
    await messages.closed().catch(() => undefined);
    if (isCurrent() && !this.#bus.isClosed()) void this.#replaceSteadily();
  }

  async #look({ info }: Consumption, isCurrent: () => boolean): Promise<void> {
    let idleLooks = 0;
    while (isCurrent() && !this.#bus.isClosed()) {
      await sleep(LOOK_MS);
      if (!isCurrent()) return;
      try {
        idleLooks = (await info()).num_waiting > 0 ? 0 : idleLooks + 1;
      } catch (error) {
        // No answer says nothing about the consumer.
        if ((error as { code?: unknown }).code === JetStreamCode.consumerNotFound) idleLooks += 1;
      }
      if (idleLooks < IDLE_LOOKS_MAX || !isCurrent()) continue;
      void this.#replaceSteadily();
      return;
    }
  }

  async #replaceSteadily(): Promise<void> {
    if (this.#replacing) return;
    this.#replacing = true;
    try {
      while (!this.#closed && !this.#bus.isClosed()) {
        try {
          await this.#replace();
          return;
        } catch {
          await sleep(RETRY_MS);
        }
      }
    } finally {
      this.#replacing = false;
    }
  }
}

/** Best effort: a server that is gone forgets by itself. */
async function ended(consumption: Consumption | undefined): Promise<void> {
  await consumption?.messages.close().catch(() => undefined);
  await consumption?.forget?.().catch(() => undefined);
}

/** Never keeps a process alive that has nothing else to do. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
