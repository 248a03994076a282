import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothModes } from '#test/support/machine-harness.ts';
import { DEPLOY, resultOf, startCloudWorld, type CloudWorld } from './cloud-world.ts';

let cloud: CloudWorld;
beforeAll(async () => {
  cloud = await startCloudWorld();
});
afterAll(() => cloud.close());

const MUTATIONS = [
  'CreateLaunchTemplate',
  'CreateAutoScalingGroup',
  'SuspendProcesses',
  'UpdateAutoScalingGroup',
];

describe('createServerGroup on AWS', () => {
  bothModes('makes the next server group with its template, tags and capacity', async (mode) => {
    await cloud.begin();
    const run = await cloud.run('createServerGroup', DEPLOY, mode);

    expect(resultOf(run)).toMatchObject({
      status: 'succeeded',
      outputs: {
        'deploy.server.groups': { 'us-east-1': ['payments-v001'] },
        ancestorServerGroupNameByRegion: { 'us-east-1': 'payments-v000' },
      },
    });
    const [group, ...others] = await cloud.made('autoScalingGroup');
    expect(others).toEqual([]);
    expect(group?.last).toMatchObject({ id: 'payments-v001', minSize: 2, maxSize: 2, desiredCapacity: 2 });
    expect(JSON.stringify(group)).toContain(`"windlass:operation"`);
    expect(JSON.stringify(group)).toContain(run.address);
    expect(await cloud.made('launchTemplate')).toHaveLength(1);
  });

  for (const action of MUTATIONS) {
    for (const fault of ['reset-after', 'reset-before', 'error-500', 'throttle']) {
      bothModes(`makes everything exactly once when ${action} meets ${fault}`, async (mode) => {
        await cloud.begin([{ action, fault, times: 2 }]);
        const run = await cloud.run(
          'createServerGroup',
          { ...DEPLOY, suspendedProcesses: ['AZRebalance'] },
          mode,
        );

        expect(resultOf(run)).toMatchObject({ status: 'succeeded' });
        expect(await cloud.made('autoScalingGroup')).toHaveLength(1);
        expect(await cloud.made('launchTemplate')).toHaveLength(1);
        expect((await cloud.calls(action)).some(({ outcome }) => outcome !== 'ok')).toBe(true);
      });
    }
  }

  it('sends the same client token with every try, so that EC2 itself tells a repetition', async () => {
    await cloud.begin([{ action: 'CreateLaunchTemplate', fault: 'reset-after', times: 3 }]);
    await cloud.run('createServerGroup', DEPLOY);

    const tokens = (await cloud.calls('CreateLaunchTemplate')).map(({ params }) => params['ClientToken']);
    expect(tokens).toHaveLength(4);
    expect(new Set(tokens).size).toBe(1);
  });

  it('removes everything it made and says so when a later step is refused', async () => {
    await cloud.begin();
    const run = await cloud.run('createServerGroup', { ...DEPLOY, suspendedProcesses: ['NoSuchProcess'] });

    expect(resultOf(run).status).toBe('compensated');
    expect(resultOf(run).history.slice(-2)).toMatchObject([
      expect.stringMatching(/^Deleted ASG payments-v001/),
      expect.stringMatching(/^Deleted launch template payments-v001-/),
    ]);
    for (const kind of ['autoScalingGroup', 'launchTemplate', 'instance']) {
      expect((await cloud.made(kind)).filter(({ endedAtMs }) => endedAtMs === undefined)).toEqual([]);
    }
  });

  for (const action of ['DeleteAutoScalingGroup', 'DeleteLaunchTemplate']) {
    it(`leaves nothing behind when the reply to ${action} is lost during the compensation`, async () => {
      await cloud.begin([{ action, fault: 'reset-after', times: 1 }]);
      const run = await cloud.run('createServerGroup', { ...DEPLOY, suspendedProcesses: ['NoSuchProcess'] });

      expect(resultOf(run).status).toBe('compensated');
      for (const kind of ['autoScalingGroup', 'launchTemplate']) {
        expect((await cloud.made(kind)).filter(({ endedAtMs }) => endedAtMs === undefined)).toEqual([]);
      }
    });
  }

  it('names what is left when the compensation cannot succeed', async () => {
    await cloud.begin([{ action: 'DeleteLaunchTemplate', fault: 'error-500' }]);
    const run = await cloud.run('createServerGroup', { ...DEPLOY, suspendedProcesses: ['NoSuchProcess'] });

    expect(resultOf(run)).toMatchObject({
      status: 'stranded',
      stranded: [{ kind: 'launch-template', account: 'test', region: 'us-east-1' }],
    });
    const [template] = (await cloud.made('launchTemplate')).filter(
      ({ endedAtMs }) => endedAtMs === undefined,
    );
    expect(template?.name).toBe(resultOf(run).stranded?.[0]?.id);
  });

  it('keeps its hands off a server group of the same name that it did not make', async () => {
    await cloud.begin();
    const first = await cloud.run('createServerGroup', { ...DEPLOY, ignoreSequence: true });
    const second = await cloud.run('createServerGroup', { ...DEPLOY, ignoreSequence: true });

    expect(resultOf(first).status).toBe('succeeded');
    expect(resultOf(second)).toMatchObject({
      status: 'compensated',
      failure: { code: 'SERVER_GROUP_NAME_TAKEN' },
    });
    const left = (await cloud.made('autoScalingGroup')).filter(({ endedAtMs }) => endedAtMs === undefined);
    expect(left.map(({ id }) => id)).toEqual(['payments']);
  });

  it('clones the newest server group into a new one', async () => {
    await cloud.begin();
    const context = { credentials: 'test', application: 'payments', region: 'us-east-1' };
    const run = await cloud.run('cloneServerGroup', context);

    expect(resultOf(run)).toMatchObject({ status: 'succeeded' });
    const [group] = await cloud.made('autoScalingGroup');
    expect(group?.last).toMatchObject({ id: 'payments-v001', minSize: 2, maxSize: 2, desiredCapacity: 2 });
  });
});
