import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bothModes } from '#test/support/machine-harness.ts';
import { DEPLOY, resultOf, startCloudWorld, type CloudWorld } from './cloud-world.ts';

let cloud: CloudWorld;
beforeAll(async () => {
  cloud = await startCloudWorld();
});
afterAll(() => cloud.close());
beforeEach(() => cloud.begin());

const V000 = { credentials: 'test', region: 'us-east-1', serverGroupName: 'payments-v000' };
const LOST_REPLY = { fault: 'reset-after', times: 1 };

async function status(operation: string, context: object): Promise<string> {
  return resultOf(await cloud.run(operation, context as typeof V000)).status;
}

async function described(): Promise<
  { name: string; disabled: boolean; instances: { health: string }[]; capacity: object }[]
> {
  const run = await cloud.run('describeCluster', {
    credentials: 'test',
    cluster: 'payments',
    region: 'us-east-1',
  });
  return resultOf(run).outputs['serverGroups'] as never;
}

async function healths(name = 'payments-v000'): Promise<string[]> {
  const groups = await described();
  return groups.find((group) => group.name === name)?.instances.map(({ health }) => health) ?? [];
}

describe('operations on AWS', () => {
  bothModes('disable and enable a server group, and load balancing follows', async (mode) => {
    await cloud.begin();
    expect(await healths()).toEqual(['up', 'up']);

    const disable = await cloud.run('disableServerGroup', V000, mode);
    expect(resultOf(disable).status).toBe('succeeded');
    expect(await status('awaitServerGroup', { ...V000, condition: 'down' })).toBe('succeeded');
    expect(await described()).toMatchObject([{ name: 'payments-v000', disabled: true }]);
    expect(await healths()).toEqual(['outOfService', 'outOfService']);

    const enable = await cloud.run('enableServerGroup', V000, mode);
    expect(resultOf(enable).status).toBe('succeeded');
    expect(await status('awaitServerGroup', { ...V000, condition: 'up' })).toBe('succeeded');
    expect(await healths()).toEqual(['up', 'up']);
  });

  for (const action of ['SuspendProcesses', 'DeregisterTargets']) {
    it(`disables all the same when the reply to ${action} is lost`, async () => {
      await cloud.arm([{ action, ...LOST_REPLY }]);

      expect(await status('disableServerGroup', V000)).toBe('succeeded');
      expect(await healths()).toEqual(['outOfService', 'outOfService']);
    });
  }

  for (const action of ['ResumeProcesses', 'RegisterTargets']) {
    it(`enables all the same when the reply to ${action} is lost`, async () => {
      await status('disableServerGroup', V000);
      await cloud.arm([{ action, ...LOST_REPLY }]);

      expect(await status('enableServerGroup', V000)).toBe('succeeded');
      expect(await healths()).toEqual(['up', 'up']);
    });
  }

  it('takes half of a server group out of traffic when half is asked for', async () => {
    expect(await status('disableServerGroup', { ...V000, desiredPercentage: 50 })).toBe('succeeded');
    expect((await healths()).toSorted()).toEqual(['outOfService', 'up']);
  });

  it('keeps traffic when load balancing refuses for good, and says that everything was put back', async () => {
    await cloud.arm([{ action: 'DeregisterTargets', fault: 'error-500' }]);
    const run = await cloud.run('disableServerGroup', V000);

    expect(resultOf(run)).toMatchObject({ status: 'compensated', failure: { code: 'AWS_INTERNAL_FAILURE' } });
    expect(await described()).toMatchObject([{ disabled: false }]);
    expect(await healths()).toEqual(['up', 'up']);
  });

  for (const fault of ['reset-after', 'reset-before', 'throttle']) {
    it(`resizes to absolute values when UpdateAutoScalingGroup meets ${fault}`, async () => {
      await cloud.arm([{ action: 'UpdateAutoScalingGroup', fault, times: 2 }]);
      const capacity = { min: 1, max: 4, desired: 3 };

      expect(await status('resizeServerGroup', { ...V000, capacity })).toBe('succeeded');
      expect(await status('awaitServerGroup', { ...V000, condition: 'capacity', capacity })).toBe(
        'succeeded',
      );
      expect(await described()).toMatchObject([{ capacity }]);
      expect(await healths()).toHaveLength(3);
    });
  }

  it('scales a disabled server group down to nothing', async () => {
    await status('disableServerGroup', V000);
    const capacity = { min: 0, max: 0, desired: 0 };

    expect(await status('resizeServerGroup', { ...V000, capacity })).toBe('succeeded');
    expect(await status('awaitServerGroup', { ...V000, condition: 'capacity', capacity })).toBe('succeeded');
    expect(await described()).toMatchObject([{ disabled: true, instances: [] }]);
  });

  for (const fault of ['reset-after', 'reset-before', 'error-500']) {
    it(`destroys a server group and its launch template when deletions meet ${fault}`, async () => {
      expect(await status('createServerGroup', DEPLOY)).toBe('succeeded');
      await cloud.arm([
        { action: 'DeleteAutoScalingGroup', fault, times: 1 },
        { action: 'DeleteLaunchTemplate', fault, times: 1 },
      ]);
      const v001 = { ...V000, serverGroupName: 'payments-v001' };

      expect(await status('destroyServerGroup', v001)).toBe('succeeded');
      expect(await status('awaitServerGroup', { ...v001, condition: 'absent' })).toBe('succeeded');
      expect((await cloud.made('launchTemplate')).filter(({ endedAtMs }) => endedAtMs === undefined)).toEqual(
        [],
      );
      expect(await described()).toMatchObject([{ name: 'payments-v000' }]);
    });
  }

  it('destroys what is destroyed already without complaint', async () => {
    expect(await status('destroyServerGroup', { ...V000, serverGroupName: 'payments-v099' })).toBe(
      'succeeded',
    );
  });

  it('waits for reads to catch up with what it made', async () => {
    await cloud.arm([{ action: 'DescribeAutoScalingGroups', fault: 'stale-read', times: 6 }]);
    expect(await status('createServerGroup', DEPLOY)).toBe('succeeded');
    expect(await cloud.made('autoScalingGroup')).toHaveLength(1);
    expect(await cloud.made('launchTemplate')).toHaveLength(1);
  });

  it('finds image names for stages that look for an image', async () => {
    expect(await described()).toMatchObject([
      { imageId: 'ami-0e100000000000141', imageName: 'payments-1.4.1-x86_64' },
    ]);
  });

  it.each([
    ['an image', { amiName: 'ami-0nothing' }, 'IMAGE_NOT_FOUND'],
    ['a target group', { targetGroups: ['nobody'] }, 'TARGET_GROUP_NOT_FOUND'],
    ['a security group', { securityGroups: ['nobody'] }, 'SECURITY_GROUP_NOT_FOUND'],
    ['a subnet type', { subnetType: 'nowhere' }, 'SUBNETS_NOT_FOUND'],
    ['a default network', { subnetType: '' }, 'DEFAULT_NETWORK_NOT_FOUND'],
  ])('fails before anything is made when %s does not exist', async (_, change, code) => {
    const run = await cloud.run('createServerGroup', { ...DEPLOY, ...change });

    expect(resultOf(run)).toMatchObject({ status: 'failed', failure: { code, kind: 'terminal' } });
    expect(await cloud.made('launchTemplate')).toEqual([]);
  });
});
