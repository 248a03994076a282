/** The seed format: what a cloud holds before the first call. */
import { z } from 'zod';
import { DEFAULT_ACCOUNT } from '../wire/credential-scope.ts';

const Place = {
  account: z
    .string()
    .regex(/^\d{12}$/, 'an account id has 12 digits')
    .default(DEFAULT_ACCOUNT),
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
