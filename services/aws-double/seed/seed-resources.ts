/** Planting of single resources. What exists is left as it is. */
import type { z } from 'zod';
import type { Tag } from '../cloud/resource.ts';
import type { Bed } from './seed-bed.ts';
import type {
  SeedImage,
  SeedKeyPair,
  SeedSecurityGroup,
  SeedSubnet,
  SeedTargetGroup,
  SeedVpc,
} from './seed-format.ts';

interface NetworkSeeds {
  vpc: z.infer<typeof SeedVpc>;
  subnet: z.infer<typeof SeedSubnet>;
  securityGroup: z.infer<typeof SeedSecurityGroup>;
  keyPair: z.infer<typeof SeedKeyPair>;
}

export function tagsOf(tags: Record<string, string>): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

export function plantNetwork<K extends keyof NetworkSeeds>(bed: Bed, kind: K, seed: NetworkSeeds[K]): void {
  const { cloud, nowMs: createdAtMs } = bed;
  const id = 'id' in seed ? seed.id : seed.name;
  if (cloud.getFresh(kind, id) !== undefined) return;
  if ('zone' in seed) {
    const { vpcId, zone, cidr } = seed;
    cloud.put('subnet', { id, createdAtMs, tags: tagsOf(seed.tags), vpcId, zone, cidr });
  } else if ('isDefault' in seed) {
    cloud.put('vpc', {
      id,
      createdAtMs,
      tags: tagsOf(seed.tags),
      cidr: seed.cidr,
      isDefault: seed.isDefault,
    });
  } else if ('vpcId' in seed) {
    const { name, vpcId, description } = seed;
    cloud.put('securityGroup', {
      id,
      createdAtMs,
      tags: tagsOf(seed.tags),
      name,
      vpcId,
      description,
      ingress: [],
    });
  } else {
    cloud.put('keyPair', { id, createdAtMs, name: seed.name, fingerprint: cloud.newDigits(40) });
  }
}

export function plantImage(bed: Bed, seed: z.infer<typeof SeedImage>): void {
  const { id, name, description, architecture, isPublic, health } = seed;
  if (bed.cloud.getFresh('image', id) !== undefined) return;
  bed.cloud.put('image', {
    id,
    name,
    description,
    architecture,
    isPublic,
    health,
    createdAtMs: seed.createdAtMs ?? bed.nowMs,
    ownerId: seed.owner ?? bed.scope.account,
    tags: tagsOf(seed.tags),
  });
}

export function plantTargetGroup(bed: Bed, seed: z.infer<typeof SeedTargetGroup>): void {
  const { cloud, scope, nowMs } = bed;
  if (cloud.getFresh('targetGroup', seed.name) !== undefined) return;
  const prefix = `arn:aws:elasticloadbalancing:${scope.region}:${scope.account}`;
  const balancer = seed.loadBalancer === null ? undefined : (seed.loadBalancer ?? `${seed.name}-lb`);
  if (balancer !== undefined && cloud.getFresh('loadBalancer', balancer) === undefined) {
    cloud.put('loadBalancer', {
      id: balancer,
      name: balancer,
      createdAtMs: nowMs,
      arn: `${prefix}:loadbalancer/app/${balancer}/${cloud.newDigits(16)}`,
      scheme: 'internal',
      type: 'application',
      vpcId: seed.vpcId,
      subnetIds: cloud
        .list('subnet')
        .filter((subnet) => subnet.vpcId === seed.vpcId)
        .map((subnet) => subnet.id),
      securityGroupIds: [],
      activeAtMs: nowMs,
    });
  }
  const arn = balancer === undefined ? undefined : cloud.getFresh('loadBalancer', balancer)?.arn;
  cloud.put('targetGroup', {
    id: seed.name,
    name: seed.name,
    createdAtMs: nowMs,
    tags: tagsOf(seed.tags),
    arn: `${prefix}:targetgroup/${seed.name}/${cloud.newDigits(16)}`,
    protocol: seed.protocol,
    port: seed.port,
    vpcId: seed.vpcId,
    targetType: 'instance',
    healthCheckPath: seed.healthCheckPath,
    loadBalancerArns: arn === undefined ? [] : [arn],
  });
}
