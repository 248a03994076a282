/** Planting a seed: networks, images, target groups and server groups that exist before the first call. */
import type { CloudStore, Write } from '../cloud/cloud-store.ts';
import type { Scope } from '../cloud/resource.ts';
import type { Bed } from './seed-bed.ts';
import type { Seed } from './seed-format.ts';
import { plantImage, plantNetwork, plantTargetGroup } from './seed-resources.ts';
import { plantServerGroup } from './seed-server-group.ts';

export interface Ground {
  readonly store: CloudStore;
  readonly nowMs: number;
  readonly origin: string;
}

/** Computes what a seed adds; changes nothing itself. @throws SeedError */
export function plantSeed(
  seed: Seed,
  ground: Ground,
): { parts: { scope: Scope; writes: Write[] }[]; accounts: string[] } {
  const beds = new Map<string, Bed>();
  const bedOf = (scope: Scope): Bed => {
    const name = `${scope.account}/${scope.region}`;
    let bed = beds.get(name);
    if (bed === undefined) {
      const own = { account: scope.account, region: scope.region };
      bed = { scope: own, cloud: ground.store.begin(own, ground.origin), nowMs: ground.nowMs };
      beds.set(name, bed);
    }
    return bed;
  };
  for (const vpc of seed.vpcs) plantNetwork(bedOf(vpc), 'vpc', vpc);
  for (const subnet of seed.subnets) plantNetwork(bedOf(subnet), 'subnet', subnet);
  for (const group of seed.securityGroups) plantNetwork(bedOf(group), 'securityGroup', group);
  for (const pair of seed.keyPairs) plantNetwork(bedOf(pair), 'keyPair', pair);
  for (const image of seed.images) plantImage(bedOf(image), image);
  for (const group of seed.targetGroups) plantTargetGroup(bedOf(group), group);
  for (const group of seed.serverGroups) plantServerGroup(bedOf(group), group);
  const parts = [...beds.values()].map(({ scope, cloud }) => ({ scope, writes: cloud.writes() }));
  return { parts: parts.filter((part) => part.writes.length > 0), accounts: seed.accounts };
}
