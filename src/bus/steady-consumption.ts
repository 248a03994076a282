/**
 * Keeps a consumption going over restarts of the server.
 *
 * The client library resumes by itself when heartbeats are missing, but not always, and late. Here a consumption is
 * replaced as soon as the connection is back, and whenever heartbeats are missing although it is up.
 */
import type { ConsumerMessages } from '@nats-io/jetstream';
import type { Bus } from './connect.ts';
import { untilAnswered } from './until-answered.ts';

/** Heartbeats of one second: this many missing in a row and the consumption is replaced. */
const MISSED_HEARTBEATS_MAX = 2;
const RETRY_MS = 500;

/** Opens a consumption; `isCurrent` tells its callbacks whether it was replaced meanwhile. */
export type OpenConsumption = (isCurrent: () => boolean) => Promise<ConsumerMessages>;

/** Resolves when the first consumption is open. @throws when that one cannot be opened. */
export async function consumeSteadily(bus: Bus, open: OpenConsumption): Promise<{ close(): Promise<void> }> {
  const consumption = new SteadyConsumption(bus, open);
  await consumption.start();
  return consumption;
}

class SteadyConsumption {
  readonly #bus: Bus;
  readonly #open: OpenConsumption;
  #generation = 0;
  #messages: ConsumerMessages | undefined;
  #closed = false;
  #replacing = false;

  constructor(bus: Bus, open: OpenConsumption) {
    this.#bus = bus;
    this.#open = open;
  }

  async start(): Promise<void> {
    await this.#replace();
    void this.#followConnection();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#generation += 1;
    await this.#messages?.close().catch(() => undefined);
  }

  async #replace(): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    // The server may be gone: nobody waits for the old one to say goodbye.
    void this.#messages?.close().catch(() => undefined);
    const isCurrent = (): boolean => !this.#closed && this.#generation === generation;
    const messages = await untilAnswered(this.#bus, () => this.#open(isCurrent));
    if (!isCurrent()) {
      void messages.close().catch(() => undefined);
      return;
    }
    this.#messages = messages;
    void this.#followHeartbeats(messages, isCurrent);
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

  async #replaceSteadily(): Promise<void> {
    if (this.#replacing) return;
    this.#replacing = true;
    try {
      while (!this.#closed && !this.#bus.isClosed()) {
        try {
          await this.#replace();
          return;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    } finally {
      this.#replacing = false;
    }
  }
}
