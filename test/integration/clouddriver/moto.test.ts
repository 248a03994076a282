/** The same operations against moto, which was written by others: no agreement between our double and our provider. */
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#contracts/json.ts';
import { requireMoto } from '#tools/moto-server.ts';
import { resultOf, startCloudWorld, type CloudWorld } from './cloud-world.ts';

const UNPACKING_MS = 300_000;
const IMAGE = 'ami-12c6146b';

let cloud: CloudWorld;
let autoScaling: AutoScaling;
let ec2: EC2;

beforeAll(async () => {
  const moto = await requireMoto();
  cloud = await startCloudWorld({ elsewhere: { url: moto.url, close: moto.stop } });
  const settings = {
    endpoint: moto.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  };
  autoScaling = new AutoScaling(settings);
  ec2 = new EC2(settings);
  const { Vpcs = [] } = await ec2.describeVpcs({ Filters: [{ Name: 'is-default', Values: ['true'] }] });
  const [vpc] = Vpcs;
  await new ElasticLoadBalancingV2(settings).createTargetGroup({
    Name: 'payments',
    Protocol: 'HTTP',
    Port: 8080,
    ...(vpc?.VpcId === undefined ? {} : { VpcId: vpc.VpcId }),
  });
}, UNPACKING_MS);
afterAll(() => cloud.close());

const CONTEXT: JsonObject = {
  credentials: 'test',
  application: 'payments',
  amiName: IMAGE,
  instanceType: 't3.small',
  availabilityZones: { 'us-east-1': ['us-east-1a', 'us-east-1b'] },
  capacity: { min: 1, max: 3, desired: 2 },
  targetGroups: ['payments'],
  securityGroups: ['default'],
};
const V000 = { credentials: 'test', region: 'us-east-1', serverGroupName: 'payments-v000' };

async function group(name: string) {
  const { AutoScalingGroups = [] } = await autoScaling.describeAutoScalingGroups({
    AutoScalingGroupNames: [name],
  });
  return AutoScalingGroups[0];
}

describe('operations on moto', () => {
  it('take a server group through its whole life', async () => {
    const created = await cloud.run('createServerGroup', CONTEXT);
    expect(resultOf(created)).toMatchObject({
      status: 'succeeded',
      outputs: { serverGroupNames: ['us-east-1:payments-v000'] },
    });
    expect(await group('payments-v000')).toMatchObject({ MinSize: 1, MaxSize: 3, DesiredCapacity: 2 });

    const disabled = await cloud.run('disableServerGroup', V000);
    expect(resultOf(disabled).status).toBe('succeeded');
    const suspended = (await group('payments-v000'))?.SuspendedProcesses?.map(
      ({ ProcessName }) => ProcessName,
    );
    expect(suspended?.toSorted()).toEqual(['AddToLoadBalancer', 'Launch', 'Terminate']);

    const enabled = await cloud.run('enableServerGroup', V000);
    expect(resultOf(enabled).status).toBe('succeeded');
    expect((await group('payments-v000'))?.SuspendedProcesses).toEqual([]);

    const resized = await cloud.run('resizeServerGroup', {
      ...V000,
      capacity: { min: 0, max: 5, desired: 1 },
    });
    expect(resultOf(resized).status).toBe('succeeded');
    expect(await group('payments-v000')).toMatchObject({ MinSize: 0, MaxSize: 5, DesiredCapacity: 1 });

    const cloned = await cloud.run('cloneServerGroup', {
      credentials: 'test',
      application: 'payments',
      region: 'us-east-1',
      availabilityZones: { 'us-east-1': ['us-east-1a'] },
    });
    expect(resultOf(cloned)).toMatchObject({
      status: 'succeeded',
      outputs: { deployedNames: ['payments-v001'] },
    });

    for (const serverGroupName of ['payments-v000', 'payments-v001']) {
      const destroyed = await cloud.run('destroyServerGroup', { ...V000, serverGroupName });
      expect(resultOf(destroyed).status).toBe('succeeded');
      expect(await group(serverGroupName)).toBeUndefined();
    }
    const { LaunchTemplates = [] } = await ec2.describeLaunchTemplates({});
    expect(LaunchTemplates).toEqual([]);
  });

  it('find out before anything is made that an image does not exist', async () => {
    const refused = await cloud.run('createServerGroup', {
      ...CONTEXT,
      stack: 'odd',
      amiName: 'ami-00000000',
    });

    expect(resultOf(refused)).toMatchObject({ status: 'failed', failure: { code: 'IMAGE_NOT_FOUND' } });
    const { LaunchTemplates = [] } = await ec2.describeLaunchTemplates({});
    expect(LaunchTemplates).toEqual([]);
  });
});
