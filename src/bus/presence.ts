/**
 * Which nodes of a service are alive: heartbeats over core NATS, and probes that a dead process cannot answer.
 *
 * P1 A process that was killed is gone within one probe interval: the server says "no responders" at once.
 * P2 A process that is frozen or cut off is gone when its heartbeats are missing for three seconds.
 * P3 Nothing is stored: a wrong belief is harmless, because epochs fence every commit.
 */
import { errors } from '@nats-io/transport-node';
import { nodeSubjects } from '#contracts/subjects.ts';
import type { Bus } from './connect.ts';

const HEARTBEAT_MS = 500;
const PROBE_MS = 250;
/** Short: a probe that was under way when its node died must not delay the next one. Silence alone proves nothing. */
const PROBE_TIMEOUT_MS = 300;
const SILENCE_MS_MAX = 3_000;
/** After the server came back, peers need this long to come back too: "no responders" means nothing until then. */
const GRACE_MS = 800;

export type PresenceOptions = { service: string; node: string; onChange: (nodes: readonly string[]) => void };

export class Presence {
  readonly #bus: Bus;
  readonly #options: PresenceOptions;
  readonly #seenAt = new Map<string, number>();
  readonly #probing = new Set<string>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #subscriptions: { unsubscribe(): void }[] = [];
  #reconnectedAt = -Infinity;

  constructor(bus: Bus, options: PresenceOptions) {
    this.#bus = bus;
    this.#options = options;
  }

  /** Joins, and waits long enough to hear of the others. */
  async join(): Promise<void> {
    const subjects = nodeSubjects(this.#options.service);
    this.#subscriptions.push(
      this.#bus.subscribe(subjects.heartbeat, {
        callback: (error, message) => {
          if (!error) this.#hear(message.string());
        },
      }),
      this.#bus.subscribe(subjects.probe(this.#options.node), {
        callback: (error, message) => {
          if (!error) message.respond();
        },
      }),
    );
    void this.#watchConnection();
    this.#hear(this.#options.node);
    this.#beat('hello');
    this.#timers.push(
      setInterval(() => this.#beat('alive'), HEARTBEAT_MS),
      setInterval(() => this.#probeAll(), PROBE_MS),
    );
    await new Promise((resolve) => setTimeout(resolve, 150));
  }

  /** Says goodbye: peers need not wait for a probe. */
  async leave(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#beat('bye');
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.#bus.flush().catch(() => undefined);
  }

  #beat(word: 'hello' | 'alive' | 'bye'): void {
    this.#bus.publish(nodeSubjects(this.#options.service).heartbeat, `${word} ${this.#options.node}`);
  }

  #hear(text: string): void {
    const [word = '', node = text] = text.includes(' ') ? text.split(' ') : ['alive', text];
    if (word === 'bye') return this.#forget(node);
    const known = this.#seenAt.has(node);
    this.#seenAt.set(node, performance.now());
    if (known) return;
    if (word === 'hello' && node !== this.#options.node) this.#beat('alive');
    this.#tell();
  }

  #probeAll(): void {
    const now = performance.now();
    for (const [node, seenAt] of this.#seenAt) {
      if (node === this.#options.node || this.#probing.has(node)) continue;
      this.#probing.add(node);
      void this.#probe(node, now - seenAt > SILENCE_MS_MAX).finally(() => this.#probing.delete(node));
    }
  }

  async #probe(node: string, silent: boolean): Promise<void> {
    try {
      await this.#bus.request(nodeSubjects(this.#options.service).probe(node), '', {
        timeout: PROBE_TIMEOUT_MS,
      });
      this.#seenAt.set(node, performance.now());
    } catch (error) {
      if (this.#bus.isClosed()) return;
      const nobody =
        error instanceof errors.NoRespondersError ||
        (error as Error).cause instanceof errors.NoRespondersError;
      const settled = performance.now() - this.#reconnectedAt > GRACE_MS;
      if (settled && (nobody || silent)) this.#forget(node);
    }
  }

  async #watchConnection(): Promise<void> {
    for await (const status of this.#bus.status()) {
      if (status.type === 'reconnect') this.#reconnectedAt = performance.now();
    }
  }

  #forget(node: string): void {
    if (node !== this.#options.node && this.#seenAt.delete(node)) this.#tell();
  }

  #tell(): void {
    this.#options.onChange([...this.#seenAt.keys()].toSorted());
  }
}
