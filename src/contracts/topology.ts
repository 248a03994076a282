/** How the actors of a deployment are spread: fixed at the first start, the same for every process. */
import { z } from 'zod';
import { ServiceName, partsOf, type Address } from './address.ts';

export const Topology = z.object({
  /** Every service that runs actors; each one's ingress sources the outboxes of all. */
  services: z.array(ServiceName).min(1).default(['clouddriver', 'orca']),
  /** Core streams per service. One root lives in one shard. */
  shards: z.number().int().min(1).max(64).default(1),
  /** Partitions per shard: the unit that moves between replicas. */
  partitionsPerShard: z.number().int().min(1).max(256).default(64),
  /** Copies of every stream. 3 survives the loss of a NATS node. */
  replicas: z.number().int().min(1).max(5).default(1),
});
export type Topology = z.infer<typeof Topology>;

/** Where a root lives. `partition` counts over all shards: 0 to shards * partitionsPerShard - 1. */
export type Place = { shard: number; partition: number };

/** FNV-1a, 32 bit, of the text in UTF-8: the hash that nats-server's own `partition()` mapping uses. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return hashOfBytes(new TextEncoder().encode(text));
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  return hash >>> 0;
}

function hashOfBytes(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Shard and partition of a root. Stable for ever: it decides where records are found. */
export function placeOf(address: Address, topology: Topology): Place {
  const hash = fnv1a32(partsOf(address).root);
  const shard = hash % topology.shards;
  const within = (hash >>> 8) % topology.partitionsPerShard;
  return { shard, partition: shard * topology.partitionsPerShard + within };
}

/** Number of partitions of one service. */
export function partitionCount(topology: Topology): number {
  return topology.shards * topology.partitionsPerShard;
}

/** The shard that holds a partition. */
export function shardOf(partition: number, topology: Topology): number {
  return Math.floor(partition / topology.partitionsPerShard);
}
