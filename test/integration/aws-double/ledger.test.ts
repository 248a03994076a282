import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INSTANT } from '#services/aws-double/cloud/timings.ts';
import { DEMO_ACCOUNT, DEMO_SEED } from '#services/aws-double/seed/demo.ts';
import { startAwsDouble, type RunningAwsDouble } from '#services/aws-double/start.ts';
import {
  clientsOf,
  createGroup,
  ledgerOf,
  postJson,
  resourcesOf,
  type DoubleClients,
} from './double-clients.ts';

describe('the ledger', () => {
  let double: RunningAwsDouble;
  let clients: DoubleClients;
  let nowMs: number;
  beforeEach(async () => {
    nowMs = Date.now();
    double = await startAwsDouble({ seed: DEMO_SEED, timings: INSTANT, now: () => nowMs });
    clients = clientsOf(double.url);
  });
  afterEach(() => double.close());

  it('holds every call in order, with parameters, outcome and effect', async () => {
    await createGroup(clients, 'payments-v001');
    await expect(createGroup(clients, 'payments-v001')).rejects.toThrow();
    await clients.autoScaling.deleteAutoScalingGroup({
      AutoScalingGroupName: 'payments-v001',
      ForceDelete: true,
    });
    const calls = await ledgerOf(double.url);
    expect(calls.map((entry) => entry.seq)).toEqual([1, 2, 3, 4]);
    expect(calls.map((entry) => [entry.service, entry.action, entry.outcome])).toEqual([
      ['ec2', 'CreateLaunchTemplate', 'ok'],
      ['autoscaling', 'CreateAutoScalingGroup', 'ok'],
      ['ec2', 'CreateLaunchTemplate', 'InvalidLaunchTemplateName.AlreadyExistsException'],
      ['autoscaling', 'DeleteAutoScalingGroup', 'ok'],
    ]);
    expect(calls[1]).toMatchObject({
      account: DEMO_ACCOUNT,
      region: 'us-east-1',
      params: { AutoScalingGroupName: 'payments-v001', DesiredCapacity: '2' },
      effect: [{ change: 'created', kind: 'autoScalingGroup', id: 'payments-v001' }],
    });
    expect(calls[2]).toMatchObject({ applied: false, effect: [] });
    expect(await ledgerOf(double.url, 3)).toEqual(calls.slice(3));
  });

  it('tells the lives of resources: who made them, when they ended, and that a name lived twice', async () => {
    await createGroup(clients, 'payments-v001');
    await clients.autoScaling.deleteAutoScalingGroup({
      AutoScalingGroupName: 'payments-v001',
      ForceDelete: true,
    });
    await clients.ec2.deleteLaunchTemplate({ LaunchTemplateName: 'payments-v001' });
    nowMs += 10_000;
    await createGroup(clients, 'payments-v001');
    const groups = await resourcesOf(double.url, 'autoScalingGroup');
    const lives = groups.filter((life) => life.id === 'payments-v001');
    expect(lives.map((life) => [life.createdBy, life.endedAtMs === undefined])).toEqual([
      [2, false],
      [6, true],
    ]);
    const seeded = groups.filter((life) => life.createdBy === 'seed').map((life) => life.id);
    expect(seeded.toSorted()).toEqual(['payments-test-v003', 'payments-v000', 'payments-v000']);
    const instances = (await resourcesOf(double.url, 'instance')).filter(
      (life) => life.createdBy === 'auto-scaling',
    );
    expect(instances.filter((life) => life.endedAtMs !== undefined)).toHaveLength(2);
    expect(instances.filter((life) => life.endedAtMs === undefined)).toHaveLength(2);
    expect(instances[0]?.tags).toContainEqual({ key: 'aws:autoscaling:groupName', value: 'payments-v001' });
  });

  it('forgets everything on a reset and counts on', async () => {
    await createGroup(clients, 'payments-v001');
    await postJson(`${double.url}/_double/reset`, {});
    expect(await resourcesOf(double.url, 'autoScalingGroup')).toEqual([]);
    await clients.sts.getCallerIdentity({});
    expect((await ledgerOf(double.url)).map((entry) => [entry.seq, entry.action])).toEqual([
      [3, 'GetCallerIdentity'],
    ]);
  });

  it('plants a seed later, keeps what exists, and refuses one that contradicts itself', async () => {
    const again = await postJson(`${double.url}/_double/seed`, DEMO_SEED);
    expect(again).toEqual({ status: 200, body: { created: 0 } });
    const region = 'us-east-1';
    const more = await postJson(`${double.url}/_double/seed`, {
      images: [{ region, id: 'ami-1', name: 'orders-1' }],
    });
    expect(more.body).toEqual({ created: 1 });
    const capacity = { min: 1, max: 1, desired: 1 };
    const serverGroup = { region, name: 'orders-v000', capacity, imageId: 'ami-2', subnetIds: ['subnet-x'] };
    const refused = await postJson(`${double.url}/_double/seed`, { serverGroups: [serverGroup] });
    expect(refused).toMatchObject({ status: 400, body: { code: 'DOUBLE_SEED_INVALID' } });
    expect(await postJson(`${double.url}/_double/seed`, { pictures: [] })).toMatchObject({ status: 400 });
  });

  it('refuses roles in accounts that the seed does not name', async () => {
    const RoleSessionName = 'test';
    const assume = (account: string): Promise<unknown> =>
      clients.sts.assumeRole({ RoleArn: `arn:aws:iam::${account}:role/deployer`, RoleSessionName });
    await expect(assume('999999999999')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume(DEMO_ACCOUNT)).resolves.toBeDefined();
  });

  it('never shows a bad image`s targets healthy', async () => {
    const { TargetGroups = [] } = await clients.elb.describeTargetGroups({ Names: ['payments'] });
    const TargetGroupArn = TargetGroups[0]?.TargetGroupArn;
    const { Images = [] } = await clients.ec2.describeImages({
      Filters: [{ Name: 'name', Values: ['payments-1.5.0-*'] }],
    });
    const { Instances = [] } = await clients.ec2.runInstances({
      ImageId: Images[0]?.ImageId,
      MinCount: 1,
      MaxCount: 1,
    });
    const Targets = [{ Id: Instances[0]?.InstanceId }];
    await clients.elb.registerTargets({ TargetGroupArn, Targets });
    nowMs += 600_000;
    const { TargetHealthDescriptions = [] } = await clients.elb.describeTargetHealth({
      TargetGroupArn,
      Targets,
    });
    expect(TargetHealthDescriptions[0]?.TargetHealth?.State).toBe('unhealthy');
  });

  it('answers what it does not know with a clear refusal', async () => {
    await expect(clients.autoScaling.describeAccountLimits({})).rejects.toMatchObject({
      name: 'InvalidAction',
    });
    const unsigned = await fetch(double.url, { method: 'POST', body: 'Action=DescribeVpcs' });
    expect([unsigned.status, await unsigned.text()]).toEqual([
      403,
      expect.stringContaining('MissingAuthenticationToken'),
    ]);
  });
});
