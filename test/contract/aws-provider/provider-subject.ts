/** What a behaviour is observed on: one AWS endpoint, with clients for every account and region. */
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { STS } from '@aws-sdk/client-sts';
import { startAwsDouble } from '#services/aws-double/start.ts';
import type { SeedInput } from '#services/aws-double/seed/seed-format.ts';
import { requireMoto } from '#tools/moto-server.ts';

export const HOME_ACCOUNT = '123456789012';
export const OTHER_ACCOUNT = '222222222222';
export const HOME_REGION = 'us-east-1';
export const OTHER_REGION = 'us-west-2';
/** An image moto has in every region; the double is seeded with it. */
export const IMAGE_ID = 'ami-12c6146b';

export type SubjectName = 'double' | 'moto';

export interface ProviderSubject {
  readonly name: SubjectName;
  readonly url: string;
  /** Lets enough time pass for everything under way to end. moto knows no time. */
  readonly passTime: () => void;
  readonly close: () => Promise<void>;
}

/** Clients of one account and region, and a network to launch into. */
export interface Place {
  readonly region: string;
  readonly ec2: EC2;
  readonly autoScaling: AutoScaling;
  readonly elb: ElasticLoadBalancingV2;
  readonly sts: STS;
  readonly vpcId: string;
  /** Three subnets in three zones. */
  readonly subnetIds: readonly string[];
}

const PASSED_MS = 20_000;

/** Its clock stands still but for `passTime`, so a slow machine sees the same as a fast one. */
export async function startDouble(): Promise<ProviderSubject> {
  let nowMs = Date.now();
  const { url, close } = await startAwsDouble({
    seed: twoAccounts(),
    timings: { launchDelayMs: 0 },
    now: () => nowMs,
  });
  return { name: 'double', url, close, passTime: () => (nowMs += PASSED_MS) };
}

export async function startRealMoto(): Promise<ProviderSubject> {
  const moto = await requireMoto();
  return { name: 'moto', url: moto.url, close: moto.stop, passTime: () => undefined };
}

/** The same as moto has from the start: an account's default network, and the image. */
function twoAccounts(): SeedInput {
  const places = [HOME_ACCOUNT, OTHER_ACCOUNT].flatMap((account) =>
    [HOME_REGION, OTHER_REGION].map((region) => ({ account, region })),
  );
  return {
    vpcs: places.map((place) => ({ ...place, id: `vpc-${digits(place)}`, isDefault: true })),
    subnets: places.flatMap((place) =>
      ['a', 'b', 'c'].map((letter) => ({
        ...place,
        id: `subnet-${digits(place)}${letter}`,
        vpcId: `vpc-${digits(place)}`,
        zone: `${place.region}${letter}`,
      })),
    ),
    images: places.map((place) => ({ ...place, id: IMAGE_ID, name: 'contract', owner: 'amazon' })),
  };
}

function digits(place: { readonly account: string; readonly region: string }): string {
  return `${place.account}${place.region === HOME_REGION ? 'e1' : 'd2'}`;
}

/** @throws when the subject has no usable network there */
export async function placeOf(
  subject: ProviderSubject,
  where: { readonly region?: string; readonly account?: string } = {},
): Promise<Place> {
  const region = where.region ?? HOME_REGION;
  let credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example', sessionToken: '' };
  if (where.account !== undefined && where.account !== HOME_ACCOUNT) {
    const sts = new STS({ region, endpoint: subject.url, credentials });
    const assumed = await sts.assumeRole({
      RoleArn: `arn:aws:iam::${where.account}:role/deployer`,
      RoleSessionName: 'contract',
    });
    credentials = {
      accessKeyId: assumed.Credentials?.AccessKeyId ?? '',
      secretAccessKey: assumed.Credentials?.SecretAccessKey ?? '',
      sessionToken: assumed.Credentials?.SessionToken ?? '',
    };
  }
  const config = { region, endpoint: subject.url, credentials, maxAttempts: 1 };
  const ec2 = new EC2(config);
  const { Subnets = [] } = await ec2.describeSubnets({});
  const zones = ['a', 'b', 'c'].map((letter) =>
    Subnets.find((subnet) => subnet.AvailabilityZone === `${region}${letter}`),
  );
  const subnetIds = zones.map((subnet) => subnet?.SubnetId ?? '');
  const vpcId = zones[0]?.VpcId;
  if (vpcId === undefined) throw new Error(`${subject.name} has no subnet in ${region}a`);
  return {
    region,
    ec2,
    autoScaling: new AutoScaling(config),
    elb: new ElasticLoadBalancingV2(config),
    sts: new STS(config),
    vpcId,
    subnetIds,
  };
}
