import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INSTANT } from '#services/aws-double/cloud/timings.ts';
import { DEMO_SEED } from '#services/aws-double/seed/demo.ts';
import { startAwsDouble, type RunningAwsDouble } from '#services/aws-double/start.ts';
import { clientsOf, createGroup, ledgerOf, postJson, type DoubleClients } from './double-clients.ts';

const GROUP = 'payments-v009';

describe('faults, seen through the SDK', () => {
  let double: RunningAwsDouble;
  let clients: DoubleClients;
  let nowMs: number;
  beforeEach(async () => {
    nowMs = Date.now();
    double = await startAwsDouble({ seed: DEMO_SEED, timings: INSTANT, now: () => nowMs });
    clients = clientsOf(double.url);
  });
  afterEach(() => double.close());

  const setFault = (fault: string, rule: object = {}): Promise<unknown> =>
    postJson(`${double.url}/_double/faults`, { rules: [{ fault, times: 1, ...rule }] });
  const createTemplate = (on: DoubleClients = clients): Promise<unknown> =>
    on.ec2.createLaunchTemplate({
      LaunchTemplateName: GROUP,
      ClientToken: GROUP,
      LaunchTemplateData: { InstanceType: 't3.small' },
    });
  const templateCount = async (): Promise<number> => {
    const { LaunchTemplates = [] } = await clients.ec2.describeLaunchTemplates({
      Filters: [{ Name: 'launch-template-name', Values: [GROUP] }],
    });
    return LaunchTemplates.length;
  };

  it('throttles with the words of each service', async () => {
    await setFault('throttle', { times: 3 });
    await expect(createTemplate()).rejects.toMatchObject({
      name: 'RequestLimitExceeded',
      $metadata: { httpStatusCode: 503 },
    });
    const expected = { name: 'Throttling', $metadata: { httpStatusCode: 400 } };
    await expect(clients.autoScaling.describeAutoScalingGroups({})).rejects.toMatchObject(expected);
    await expect(clients.elb.describeTargetGroups({})).rejects.toMatchObject(expected);
    expect(await templateCount()).toBe(0);
  });

  it.each([
    { fault: 'error-500', httpStatusCode: 500, ec2Code: 'InternalError', otherCode: 'InternalFailure' },
    { fault: 'error-503', httpStatusCode: 503, ec2Code: 'Unavailable', otherCode: 'ServiceUnavailable' },
  ])('fails with $fault and has done nothing', async ({ fault, httpStatusCode, ec2Code, otherCode }) => {
    await setFault(fault, { times: 2 });
    await expect(createTemplate()).rejects.toMatchObject({ name: ec2Code, $metadata: { httpStatusCode } });
    await expect(clients.autoScaling.describeAutoScalingGroups({})).rejects.toMatchObject({
      name: otherCode,
    });
    expect(await templateCount()).toBe(0);
  });

  it('fails with error-500 after the work was done when the rule says so', async () => {
    await setFault('error-500', { afterEffect: true });
    await expect(createTemplate()).rejects.toMatchObject({ name: 'InternalError' });
    expect(await templateCount()).toBe(1);
  });

  it('answers late when the fault is a delay', async () => {
    await setFault('delay', { delayMs: 300 });
    const impatient = AbortSignal.timeout(50);
    await expect(
      clients.ec2.createLaunchTemplate(
        { LaunchTemplateName: GROUP, LaunchTemplateData: { InstanceType: 't3.small' } },
        { abortSignal: impatient },
      ),
    ).rejects.toMatchObject({ name: 'AbortError' });
    // The caller gave up, the effect is there: this is how outcomes become unknown.
    expect(await templateCount()).toBe(1);
  });

  it('breaks the connection and has done nothing when it resets before', async () => {
    await setFault('reset-before');
    await expect(createTemplate()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await templateCount()).toBe(0);
    const reset = (await ledgerOf(double.url)).find((entry) => entry.fault === 'reset-before');
    expect(reset).toMatchObject({ outcome: 'connection-reset', applied: false, effect: [] });
  });

  it('breaks the connection and has done the work when it resets after', async () => {
    await setFault('reset-after');
    await expect(createTemplate()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await templateCount()).toBe(1);
    const reset = (await ledgerOf(double.url)).find((entry) => entry.fault === 'reset-after');
    expect(reset).toMatchObject({
      outcome: 'connection-reset',
      applied: true,
      clientToken: GROUP,
      effect: [{ change: 'created', kind: 'launchTemplate' }],
    });
  });

  it('makes the SDK`s own retry meet its first effect when a reply was lost', async () => {
    const retrying = clientsOf(double.url, { attempts: 3 });
    await setFault('reset-after', { match: { action: 'CreateAutoScalingGroup' } });
    await expect(createGroup(retrying, GROUP)).rejects.toMatchObject({ name: 'AlreadyExistsFault' });
    // With a token there is no such trap.
    await setFault('reset-after', { match: { action: 'CreateLaunchTemplate' } });
    await expect(
      retrying.ec2.createLaunchTemplate({
        LaunchTemplateName: `${GROUP}-b`,
        ClientToken: 'b',
        LaunchTemplateData: { InstanceType: 't3.small' },
      }),
    ).resolves.toMatchObject({ $metadata: { attempts: 2 } });
  });

  it('hides young resources from reads, not from writes, when reads are stale', async () => {
    await createTemplate();
    await setFault('stale-read', { delayMs: 5_000, times: 3 });
    expect(await templateCount()).toBe(0);
    const again = clients.ec2.createLaunchTemplate({
      LaunchTemplateName: GROUP,
      LaunchTemplateData: { InstanceType: 't3.small' },
    });
    await expect(again).rejects.toMatchObject({ name: 'InvalidLaunchTemplateName.AlreadyExistsException' });
    nowMs += 6_000;
    expect(await templateCount()).toBe(1);
  });

  it('lets a launch fail for want of capacity and says so in the activities', async () => {
    await setFault('capacity', { match: { group: GROUP }, times: 1 });
    await createGroup(clients, GROUP);
    const { Activities = [] } = await clients.autoScaling.describeScalingActivities({
      AutoScalingGroupName: GROUP,
    });
    expect(Activities[0]).toMatchObject({ StatusCode: 'Failed' });
    expect(Activities[0]?.StatusMessage).toContain('InsufficientInstanceCapacity');
    nowMs += 60_000;
    const { AutoScalingGroups = [] } = await clients.autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: [GROUP],
    });
    expect(AutoScalingGroups[0]?.Instances).toHaveLength(2);
  });

  it('refuses a plan that is wrong, says where, and keeps the one it has', async () => {
    await setFault('throttle', { times: 1 });
    const refused = await postJson(`${double.url}/_double/faults`, { rules: [{ fault: 'earthquake' }] });
    expect(refused).toMatchObject({ status: 400, body: { code: 'DOUBLE_REQUEST_INVALID' } });
    expect(JSON.stringify(refused.body)).toContain('rules[0].fault');
    expect(await postJson(`${double.url}/_double/faults`, '{')).toMatchObject({ status: 400 });
    const plan = await (await fetch(`${double.url}/_double/faults`)).json();
    expect(plan).toMatchObject({ rules: [{ fault: 'throttle' }], hits: [0] });
  });
});
