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
import { countMessages } from '#bus/stream-survey.ts';
import type { Subscription } from '../ports.ts';

const CATCH_UP_MS_MAX = 5_000;

/** Stores what is not stored yet; makes the bucket when it is missing. Idempotent. */
export async function storeStatecharts(
  bus: Bus,
  args: { service: string; replicas: number; descriptions: readonly StatechartDescription[] },
): Promise<void> {
  const { service, replicas, descriptions } = args;
  const store = await CompareAndSetStore.open(bus, { bucket: statechartBucket, replicas, ttlMs: 0 });
  await Promise.all(
    descriptions.map((description) => {
      const { type, version, hash } = description;
      const stored = StoredStatechart.parse({ v: 1, service, description });
      return store.put(statechartKey({ service, type, version, hash }), JSON.stringify(stored), 0);
    }),
  );
}

/**
 * Calls back with each statechart stored so far, oldest first, and with each later one. Resolves when all stored so
 * far were told, or after five seconds: then the rest comes later.
 * @throws Error when no node ever stored one
 */
export async function followStatecharts(
  bus: Bus,
  onStatechart: (stored: StoredStatechart) => void,
): Promise<Subscription> {
  const { stream, all } = bucketStream(statechartBucket);
  const stored = await countMessages(bus, stream);
  let told = 0;
  const caughtUp = Promise.withResolvers<void>();
  const reader = await readOrdered(bus, { stream, subjects: [all], from: 'last-per-subject' }, ({ data }) => {
    const read = data === '' ? undefined : StoredStatechart.safeParse(JSON.parse(data));
    // One of a newer process may have a form that this one does not know.
    if (read?.success) onStatechart(read.data);
    told += 1;
    if (told >= stored) caughtUp.resolve();
  });
  if (stored === 0) return reader;
  const timer = setTimeout(caughtUp.resolve, CATCH_UP_MS_MAX);
  await caughtUp.promise;
  clearTimeout(timer);
  return reader;
}
