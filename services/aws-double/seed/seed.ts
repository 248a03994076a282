/** What a cloud holds before the first call: networks, images, target groups and server groups that exist already. */
import { z } from 'zod';
import type { CloudStore, CloudTransaction, Write } from '../cloud/cloud-store.ts';
import type { Scope } from '../cloud/resource.ts';
import { plantServerGroup } from './seed-server-group.ts';
import { DEFAULT_ACCOUNT } from '../wire/credential-scope.ts';
import { plantImage, plantNetwork, plantTargetGroup } from './seed-resources.ts';

const Place = {
  account: z.string().regex(/^\d{12}$/, 'an account id has 12 digits').default(DEFAULT_ACCOUNT),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region is written like us-east-1'),
};
const Tags = z.record(z.string(), z.string()).default({});

export const SeedImage = z.strictObject({
  ...Place,
  id: z.string().startsWith('ami-'),
  name: z.string().min(3),
  description: z.string().default(''),
  /** Owner's account id; the image's own account when absent. */
  owner: z.string().optional(),
  architecture: z.enum(['x86_64', 'arm64']).default('x86_64'),
  isPublic: z.boolean().default(false),
  createdAtMs: z.number().int().optional(),
  /** `unhealthy`: instances of it run, but never pass a health check. */
  health: z.enum(['healthy', 'unhealthy']).default('healthy'),
  tags: Tags,
});
export const SeedVpc = z.strictObject({
  ...Place,
  id: z.string().startsWith('vpc-'),
  cidr: z.string().default('10.0.0.0/16'),
  isDefault: z.boolean().default(false),
  tags: Tags,
});
export const SeedSubnet = z.strictObject({
  ...Place,
  id: z.string().startsWith('subnet-'),
  vpcId: z.string(),
  zone: z.string(),
  cidr: z.string().default('10.0.0.0/20'),
  tags: Tags,
});
export const SeedSecurityGroup = z.strictObject({
  ...Place,
  id: z.string().startsWith('sg-'),
  name: z.string().min(1),
  vpcId: z.string(),
  description: z.string().default('seeded'),
  tags: Tags,
});
export const SeedKeyPair = z.strictObject({ ...Place, name: z.string().min(1) });
export const SeedTargetGroup = z.strictObject({
  ...Place,
  name: z.string().min(1).max(32),
  vpcId: z.string(),
  port: z.number().int().default(8080),
  protocol: z.string().default('HTTP'),
  healthCheckPath: z.string().default('/healthz'),
  /** Name of the load balancer it belongs to, made if missing; null for none, then its targets stay `unused`. */
  loadBalancer: z.string().nullable().optional(),
  tags: Tags,
});
export const SeedServerGroup = z.strictObject({
  ...Place,
  name: z.string().min(1),
  capacity: z.strictObject({ min: z.number().int(), max: z.number().int(), desired: z.number().int() }),
  imageId: z.string(),
  instanceType: z.string().default('t3.small'),
  subnetIds: z.array(z.string()).min(1),
  securityGroupIds: z.array(z.string()).default([]),
  /** Names of target groups of the same account and region. */
  targetGroups: z.array(z.string()).default([]),
  /** Disabled: Launch, Terminate and AddToLoadBalancer are suspended and nothing is registered. */
  enabled: z.boolean().default(true),
  createdAtMs: z.number().int().optional(),
  tags: Tags,
});

/** Body of `POST /_double/seed` and content of a seed file. */
export const Seed = z.strictObject({
  /** Accounts that roles can be assumed in. None named, here or before: any. */
  accounts: z.array(z.string().regex(/^\d{12}$/)).default([]),
  vpcs: z.array(SeedVpc).default([]),
  subnets: z.array(SeedSubnet).default([]),
  securityGroups: z.array(SeedSecurityGroup).default([]),
  keyPairs: z.array(SeedKeyPair).default([]),
  images: z.array(SeedImage).default([]),
  targetGroups: z.array(SeedTargetGroup).default([]),
  serverGroups: z.array(SeedServerGroup).default([]),
});
export type Seed = z.infer<typeof Seed>;
/** A seed as people write it: everything with a default may be left out. */
export type SeedInput = z.input<typeof Seed>;

/** A seed that contradicts itself, e.g. a server group whose image is nowhere. */
export class SeedError extends Error {
  override readonly name = 'SeedError';
  readonly code = 'DOUBLE_SEED_INVALID';
}

export interface Ground {
  readonly store: CloudStore;
  readonly nowMs: number;
  readonly origin: string;
}

/** One place of a seed while it is planted. */
export interface Bed {
  readonly scope: Scope;
  readonly cloud: CloudTransaction;
  readonly nowMs: number;
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
