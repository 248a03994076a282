/** The real SDK against a double, and the double's own routes. */
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { STS } from '@aws-sdk/client-sts';
import type { LedgerEntry, ResourceLife } from '#services/aws-double/journal/ledger.ts';
import { demoImageId, demoSubnetIds, type DemoRegion } from '#services/aws-double/seed/demo.ts';

export interface DoubleClients {
  readonly ec2: EC2;
  readonly autoScaling: AutoScaling;
  readonly elb: ElasticLoadBalancingV2;
  readonly sts: STS;
}

/** One attempt a call unless told otherwise: the tests want to see each failure. */
export function clientsOf(url: string, options: { region?: string; attempts?: number } = {}): DoubleClients {
  const config = {
    endpoint: url,
    region: options.region ?? 'us-east-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: options.attempts ?? 1,
  };
  return {
    ec2: new EC2(config),
    autoScaling: new AutoScaling(config),
    elb: new ElasticLoadBalancingV2(config),
    sts: new STS(config),
  };
}

export async function postJson(url: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

export async function ledgerOf(url: string, since = 0): Promise<LedgerEntry[]> {
  const response = await fetch(`${url}/_double/ledger?since=${since}`);
  const { calls } = (await response.json()) as { calls: LedgerEntry[] };
  return calls;
}

export async function resourcesOf(url: string, kind: string): Promise<ResourceLife[]> {
  const response = await fetch(`${url}/_double/resources?kind=${kind}`);
  const { resources } = (await response.json()) as { resources: ResourceLife[] };
  return resources;
}

export async function createGroup(
  clients: DoubleClients,
  name: string,
  region: DemoRegion = 'us-east-1',
): Promise<void> {
  await clients.ec2.createLaunchTemplate({
    LaunchTemplateName: name,
    LaunchTemplateData: { ImageId: demoImageId(region, '1.4.2'), InstanceType: 't3.small' },
  });
  await clients.autoScaling.createAutoScalingGroup({
    AutoScalingGroupName: name,
    LaunchTemplate: { LaunchTemplateName: name },
    MinSize: 1,
    MaxSize: 3,
    DesiredCapacity: 2,
    VPCZoneIdentifier: demoSubnetIds(region).join(','),
  });
}
