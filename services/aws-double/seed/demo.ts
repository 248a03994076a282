/**
 * The cloud of the demo: the application `payments` in two production regions, and the newest image in a test
 * cluster of a third.
 *
 * - us-east-1, us-east-2: server group `payments-v000`, two instances of version 1.4.1, taking traffic
 * - us-west-2: server group `payments-test-v003`, one instance of version 1.4.2
 * - every region: a VPC, three internal subnets, two security groups, a target group, images 1.4.1, 1.4.2 and a
 *   broken 1.5.0 that never passes a health check
 */
import type { SeedInput } from './seed-format.ts';

export const DEMO_ACCOUNT = '123456789012';
export const DEMO_REGIONS = ['us-east-1', 'us-east-2', 'us-west-2'] as const;
export type DemoRegion = (typeof DEMO_REGIONS)[number];

export const DEMO_VERSIONS = { current: '1.4.1', newest: '1.4.2', broken: '1.5.0' } as const;
type DemoVersion = (typeof DEMO_VERSIONS)[keyof typeof DEMO_VERSIONS];

const REGION_DIGITS: Record<DemoRegion, string> = { 'us-east-1': 'e1', 'us-east-2': 'e2', 'us-west-2': 'd2' };
const ZONE_LETTERS = ['a', 'b', 'c'] as const;
const RELEASED_AT_MS: Record<DemoVersion, number> = {
  '1.4.1': Date.UTC(2026, 0, 12, 9, 30),
  '1.4.2': Date.UTC(2026, 1, 3, 14, 5),
  '1.5.0': Date.UTC(2026, 1, 9, 16, 45),
};

/** `ami-0e100000000000142` is version 1.4.2 in us-east-1. */
export function demoImageId(region: DemoRegion, version: DemoVersion): string {
  return `ami-0${REGION_DIGITS[region]}00000000000${version.replaceAll('.', '')}`;
}

export function demoSubnetIds(region: DemoRegion): string[] {
  return ZONE_LETTERS.map((letter) => `subnet-0${REGION_DIGITS[region]}0000000000000${letter}`);
}

export function demoVpcId(region: DemoRegion): string {
  return `vpc-0${REGION_DIGITS[region]}00000000000000`;
}

export function demoSecurityGroupId(region: DemoRegion): string {
  return `sg-0${REGION_DIGITS[region]}000000000000a`;
}

const place = (region: DemoRegion): { account: string; region: DemoRegion } => ({
  account: DEMO_ACCOUNT,
  region,
});

function demoServerGroup(
  region: DemoRegion,
  group: {
    readonly name: string;
    readonly cluster: string;
    readonly count: number;
    readonly version: DemoVersion;
  },
): NonNullable<SeedInput['serverGroups']>[number] {
  return {
    ...place(region),
    name: group.name,
    capacity: { min: group.count, max: group.count, desired: group.count },
    imageId: demoImageId(region, group.version),
    subnetIds: demoSubnetIds(region),
    securityGroupIds: [demoSecurityGroupId(region)],
    targetGroups: ['payments'],
    createdAtMs: RELEASED_AT_MS[group.version],
    tags: { application: 'payments', cluster: group.cluster, version: group.version },
  };
}

export const DEMO_SEED: SeedInput = {
  accounts: [DEMO_ACCOUNT],
  vpcs: DEMO_REGIONS.map((region) => ({ ...place(region), id: demoVpcId(region), tags: { Name: 'main' } })),
  subnets: DEMO_REGIONS.flatMap((region) =>
    demoSubnetIds(region).map((id, index) => ({
      ...place(region),
      id,
      vpcId: demoVpcId(region),
      zone: `${region}${ZONE_LETTERS[index]}`,
      cidr: `10.0.${index * 16}.0/20`,
      tags: {
        Name: `main.internal.${region}${ZONE_LETTERS[index]}`,
        purpose: 'internal',
        immutable_metadata: '{"purpose":"internal","target":"ec2"}',
      },
    })),
  ),
  securityGroups: DEMO_REGIONS.flatMap((region) => [
    {
      ...place(region),
      id: demoSecurityGroupId(region),
      name: 'payments',
      vpcId: demoVpcId(region),
      description: 'payments service',
    },
    {
      ...place(region),
      id: demoSecurityGroupId(region).replace(/a$/, 'b'),
      name: 'infrastructure',
      vpcId: demoVpcId(region),
      description: 'monitoring and access',
    },
  ]),
  keyPairs: DEMO_REGIONS.map((region) => ({ ...place(region), name: 'payments' })),
  images: DEMO_REGIONS.flatMap((region) =>
    Object.values(DEMO_VERSIONS).map((version) => ({
      ...place(region),
      id: demoImageId(region, version),
      name: `payments-${version}-x86_64`,
      description: `payments ${version}`,
      createdAtMs: RELEASED_AT_MS[version],
      health: version === DEMO_VERSIONS.broken ? ('unhealthy' as const) : ('healthy' as const),
      tags: { appversion: `payments-${version}`, base_ami_version: 'debian-12' },
    })),
  ),
  targetGroups: DEMO_REGIONS.map((region) => ({
    ...place(region),
    name: 'payments',
    vpcId: demoVpcId(region),
  })),
  serverGroups: [
    ...(['us-east-1', 'us-east-2'] as const).map((region) =>
      demoServerGroup(region, {
        name: 'payments-v000',
        cluster: 'payments',
        count: 2,
        version: DEMO_VERSIONS.current,
      }),
    ),
    demoServerGroup('us-west-2', {
      name: 'payments-test-v003',
      cluster: 'payments-test',
      count: 1,
      version: DEMO_VERSIONS.newest,
    }),
  ],
};
