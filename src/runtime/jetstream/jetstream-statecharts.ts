/**
 * The statecharts that nodes registered, one value a definition: readable while no worker is alive.
 *
 * C1 A definition is stored once: the second node that registered the same one writes nothing.
 * C2 A follower gets everything that is stored, then all that comes, also after a restart of the server.
 */
import { StoredStatechart, type StatechartDescription } from '#contracts/statechart-description.ts';
import { bucketStream, statechartBucket, statechartKey } from '#contracts/subjects.ts';
import type { Bus } from '#bus/connect.ts';
import { CompareAndSetStore } from '#bus/compare-and-set-store.ts';
import { readOrdered } from '#bus/ordered-reader.ts';
import type { Subscription } from '../ports.ts';

export class JetStreamStatecharts {
  readonly #bus: Bus;
  readonly #store: CompareAndSetStore;

  private constructor(bus: Bus, store: CompareAndSetStore) {
    this.#bus = bus;
    this.#store = store;
  }

  /** Makes the bucket when it is missing. */
  static async open(bus: Bus, args: { replicas: number }): Promise<JetStreamStatecharts> {
    const { replicas } = args;
    const store = await CompareAndSetStore.open(bus, { bucket: statechartBucket, replicas, ttlMs: 0 });
    return new JetStreamStatecharts(bus, store);
  }

  /** Stores what is not stored yet. Idempotent. */
  async publish(service: string, descriptions: readonly StatechartDescription[]): Promise<void> {
    await Promise.all(
      descriptions.map((description) => {
        const { type, version, hash } = description;
        const stored = StoredStatechart.parse({ v: 1, service, description });
        return this.#store.put(statechartKey({ service, type, version, hash }), JSON.stringify(stored), 0);
      }),
    );
  }

  /** Calls back with each statechart stored so far, oldest first, and with each later one. */
  async follow(onStatechart: (stored: StoredStatechart) => void): Promise<Subscription> {
    const { stream, all } = bucketStream(statechartBucket);
    return readOrdered(this.#bus, { stream, subjects: [all], from: 'last-per-subject' }, ({ data }) => {
      const stored = data === '' ? undefined : StoredStatechart.safeParse(JSON.parse(data));
      // One of a newer process may have a form that this one does not know.
      if (stored?.success) onStatechart(stored.data);
    });
  }
}
