/** What nodes have, beside what live actors are pinned to. */
import type { ActorView } from '#contracts/actor-view.ts';
import { partsOf } from '#contracts/address.ts';
import type { NodeDescription } from '#contracts/node-settings.ts';

export type PinnedVersion = {
  service: string;
  type: string;
  version: number;
  hash: string;
  /** Nodes that have it. */
  nodes: string[];
  live: number;
  stalled: number;
};

/** One row a version and structure that some node has or some live actor is pinned to, by type and version. */
export function pinnedVersions(args: {
  service: string;
  nodes: readonly NodeDescription[];
  views: readonly ActorView[];
}): PinnedVersion[] {
  const rows = new Map<string, PinnedVersion>();
  const row = (type: string, version: number, hash: string): PinnedVersion => {
    const key = `${type} ${version} ${hash}`;
    const known = rows.get(key) ?? {
      service: args.service,
      type,
      version,
      hash,
      nodes: [],
      live: 0,
      stalled: 0,
    };
    rows.set(key, known);
    return known;
  };
  for (const { node, definitions = [] } of args.nodes) {
    for (const { type, version, hash } of definitions) row(type, version, hash).nodes.push(node);
  }
  for (const { address, status, version = 1, hash = '', stalled } of args.views) {
    if (status !== 'active') continue;
    const pinned = row(partsOf(address).type, version, hash);
    pinned.live += 1;
    if (stalled !== undefined) pinned.stalled += 1;
  }
  return [...rows.values()].toSorted(
    (left, right) => left.type.localeCompare(right.type) || left.version - right.version,
  );
}
