/** A CasStore for one process: tests, and a service that runs alone. */
import type { CasStore } from '../rate-limits.ts';

export function createMemoryCasStore(): CasStore {
  const entries = new Map<string, { value: string; revision: number }>();
  let revisions = 0;
  return {
    get: async (key) => entries.get(key) ?? null,
    put: async (key, value, expectedRevision) => {
      if ((entries.get(key)?.revision ?? 0) !== expectedRevision) return null;
      revisions += 1;
      entries.set(key, { value, revision: revisions });
      return revisions;
    },
  };
}
