/**
 * Which node should own which partition: rendezvous hashing with bounded load. Pure; every node computes the same.
 *
 * A node that joins or leaves moves only its own share, and nobody holds more than its fair share, rounded up.
 * @see https://arxiv.org/abs/1608.01350 (consistent hashing with bounded loads)
 */
import { fnv1a32 } from '#contracts/topology.ts';

/** Desired owner by partition. Empty when there are no nodes. */
export function assignPartitions(args: {
  partitions: number;
  nodes: readonly string[];
}): ReadonlyMap<number, string> {
  const nodes = [...new Set(args.nodes)].toSorted();
  const result = new Map<number, string>();
  if (nodes.length === 0) return result;
  const loadMax = Math.ceil(args.partitions / nodes.length);
  const load = new Map<string, number>();
  for (let partition = 0; partition < args.partitions; partition += 1) {
    const ranked = nodes.toSorted((a, b) => score(b, partition) - score(a, partition) || (a < b ? -1 : 1));
    const owner = ranked.find((node) => (load.get(node) ?? 0) < loadMax);
    if (owner === undefined) continue;
    load.set(owner, (load.get(owner) ?? 0) + 1);
    result.set(partition, owner);
  }
  return result;
}

/** FNV alone mixes the last bytes badly; this finishes it (MurmurHash3's avalanche step). */
function score(node: string, partition: number): number {
  let hash = fnv1a32(`${node}/${partition}`);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}
