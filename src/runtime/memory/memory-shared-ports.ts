/** What all nodes share besides logs and records, in memory: rates, views and large payloads. */
import { partsOf } from '#contracts/address.ts';
import type { NodePorts } from '../node.ts';
import type { Clock } from '../ports.ts';
import { createRateLimits } from '../rate-limits.ts';
import type { MemoryBus } from './memory-bus.ts';

export type SharedPortsOptions = {
  bus: MemoryBus;
  clock: Clock;
  /** A port call of one node: it may die there. */
  call: <T>(name: string, act: () => T) => Promise<T>;
};

export function sharedPorts({
  bus,
  clock,
  call,
}: SharedPortsOptions): Pick<NodePorts, 'rateLimits' | 'views' | 'blobs'> {
  return {
    rateLimits: createRateLimits({
      store: {
        get: async (key) => call('rateLimits.get', () => bus.table.get(key)),
        put: async (key, value, expectedRevision) =>
          call('rateLimits.put', () => bus.table.put(key, value, expectedRevision)),
      },
      clock,
    }),
    blobs: {
      put: (digest, content) => call('blobs.put', () => void bus.blobs.set(digest, content.slice())),
      get: (digest) => call('blobs.get', () => bus.blobs.get(digest)?.slice() ?? null),
    },
    views: {
      read: (address) =>
        call('views.read', () => {
          const stored = bus.stored(partsOf(address).service, address);
          return stored ? structuredClone(stored.view) : null;
        }),
    },
  };
}
