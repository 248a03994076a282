/** Rates that all replicas share, in a bucket with compare-and-set. Opened when the first one is asked for. */
import { CompareAndSetStore } from '#bus/compare-and-set-store.ts';
import type { Bus } from '#bus/connect.ts';
import { rateLimitBucket } from '#contracts/subjects.ts';
import type { Topology } from '#contracts/topology.ts';
import type { RateLimits } from '../ports.ts';
import { createRateLimits } from '../rate-limits.ts';
import { systemClock } from '../system-clock.ts';

/** A rate that nobody used for so long has all its burst back. */
const TTL_MS = 3_600_000;

/** The table behind the shared rates. */
export function openRateTable(bus: Bus, topology: Topology): Promise<CompareAndSetStore> {
  return CompareAndSetStore.open(bus, {
    bucket: rateLimitBucket,
    replicas: topology.replicas,
    ttlMs: TTL_MS,
  });
}

export function jetStreamRateLimits(bus: Bus, topology: Topology): RateLimits {
  let opening: Promise<CompareAndSetStore> | undefined;
  const table = (): Promise<CompareAndSetStore> => {
    opening ??= openRateTable(bus, topology).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return createRateLimits({
    store: {
      get: async (key) => (await table()).get(key),
      put: async (key, value, expectedRevision) => (await table()).put(key, value, expectedRevision),
    },
    clock: systemClock,
  });
}
