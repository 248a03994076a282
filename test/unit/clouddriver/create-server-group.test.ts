import { describe, expect, it } from 'vitest';
import { bothModes, fails, hangs, returns } from '#test/support/machine-harness.ts';
import { CONTEXT, DENIED, LOST, request, resultOf, run } from './operation-world.ts';

const HOURS_2_MS = 2 * 3_600_000;
const CREATE = request('createServerGroup', CONTEXT);

/** Every activity of createServerGroup, in order, and what must be undone when it fails. */
const STEPS: { step: string; undone: string[] }[] = [
  { step: 'listCluster', undone: [] },
  { step: 'resolveImage', undone: [] },
  { step: 'resolveTargetGroups', undone: [] },
  { step: 'resolveNetwork', undone: [] },
  { step: 'resolveSecurityGroups', undone: [] },
  { step: 'createLaunchTemplate', undone: ['deleteLaunchTemplate'] },
  { step: 'createAutoScalingGroup', undone: ['deleteAutoScalingGroup', 'deleteLaunchTemplate'] },
  { step: 'suspendProcesses', undone: ['deleteAutoScalingGroup', 'deleteLaunchTemplate'] },
  { step: 'setCapacity', undone: ['deleteAutoScalingGroup', 'deleteLaunchTemplate'] },
  { step: 'verifyServerGroup', undone: ['deleteAutoScalingGroup', 'deleteLaunchTemplate'] },
];

const UNDO = ['deleteAutoScalingGroup', 'deleteLaunchTemplate'];

describe('createServerGroup', () => {
  bothModes(
    'deploys the next server group of the cluster and reports it as Clouddriver does',
    async (mode) => {
      const operation = await run(CREATE, { mode });

      expect(operation.status()).toBe('done');
      expect(resultOf(operation)).toMatchObject({
        status: 'succeeded',
        outputs: {
          'deploy.server.groups': { 'us-east-1': ['shop-web-v004'] },
          serverGroupNames: ['us-east-1:shop-web-v004'],
          ancestorServerGroupNameByRegion: { 'us-east-1': 'shop-web-v003' },
          deployments: [{ account: 'test', location: 'us-east-1', serverGroupName: 'shop-web-v004' }],
        },
      });
      expect(resultOf(operation).history).toContain('Deploying ASG shop-web-v004 with launch template lt-1');
      expect(resultOf(operation).history).toContain('Deploying to availabilityZones: [us-east-1a]');
      expect(operation.calls('createAutoScalingGroup')).toMatchObject([
        { serverGroupName: 'shop-web-v004', owner: { operation: operation.address, executionId: 'exec-1' } },
      ]);
      expect(operation.view().detail).toMatchObject({
        kind: 'operation',
        status: 'succeeded',
        target: 'shop-web-v004',
      });
    },
  );

  it('calls its activities in the order of Clouddriver when everything is granted', async () => {
    const operation = await run(CREATE);

    expect(operation.tasks().map(({ name }) => name)).toEqual(STEPS.map(({ step }) => step));
    expect(new Set(operation.tasks().map(({ queue }) => queue))).toEqual(new Set(['test_us-east-1']));
  });

  for (const { step, undone } of STEPS) {
    bothModes(`removes exactly what it made, last first, when ${step} is refused`, async (mode) => {
      const operation = await run(CREATE, { mode, activities: { [step]: fails(DENIED) } });

      const undoing = operation
        .tasks()
        .map(({ name }) => name)
        .filter((name) => UNDO.includes(name));
      expect(undoing).toEqual(undone);
      const result = resultOf(operation);
      expect(result.status).toBe(undone.length > 0 ? 'compensated' : 'failed');
      expect(result.failure?.code).toBe('AWS_ACCESS_DENIED');
      expect(result.outputs).toEqual({});
      expect(result.history.at(-1)).toMatch(
        undone.length > 0 ? /^Deleted launch template/ : /^Stopped, because of/,
      );
    });

    it(`gives up after two hours and undoes the step as well when the outcome of ${step} stays unknown`, async () => {
      const operation = await run(CREATE, { activities: { [step]: fails(LOST) } });
      await operation.advance(HOURS_2_MS + 120_000);

      expect(resultOf(operation).status).toBe(undone.length > 0 ? 'compensated' : 'failed');
      const undoing = operation
        .tasks()
        .map(({ name }) => name)
        .filter((name) => UNDO.includes(name));
      expect(undoing).toEqual(undone);
    });
  }

  bothModes(
    'looks three times before it believes that a creation of unknown outcome left nothing',
    async (mode) => {
      const operation = await run(CREATE, {
        mode,
        activities: {
          createAutoScalingGroup: fails(LOST),
          deleteAutoScalingGroup: returns({ outcome: 'absent' }),
        },
      });
      await operation.advance(HOURS_2_MS + 120_000);

      expect(operation.calls('deleteAutoScalingGroup')).toHaveLength(3);
      expect(resultOf(operation)).toMatchObject({ status: 'compensated', failure: { code: 'AWS_TIMEOUT' } });
    },
  );

  bothModes('says failed, not compensated, when nothing was there to undo', async (mode) => {
    const operation = await run(CREATE, {
      mode,
      activities: {
        createLaunchTemplate: fails(DENIED),
        deleteLaunchTemplate: returns({ outcome: 'absent' }),
      },
    });

    expect(resultOf(operation)).toMatchObject({ status: 'failed', failure: { code: 'AWS_ACCESS_DENIED' } });
    expect(operation.calls('deleteLaunchTemplate')).toHaveLength(1);
  });

  bothModes('lists what is left and undoes the rest when a compensation fails for good', async (mode) => {
    const operation = await run(CREATE, {
      mode,
      activities: { setCapacity: fails(DENIED), deleteAutoScalingGroup: fails(DENIED) },
    });

    expect(resultOf(operation)).toMatchObject({
      status: 'stranded',
      stranded: [
        {
          kind: 'auto-scaling-group',
          id: 'shop-web-v004',
          account: 'test',
          region: 'us-east-1',
          reason: 'AWS_ACCESS_DENIED: no',
        },
      ],
    });
    expect(operation.calls('deleteLaunchTemplate')).toHaveLength(1);
  });

  bothModes('waits for a write in flight and undoes it when it is canceled', async (mode) => {
    const operation = await run(CREATE, { mode, activities: { createAutoScalingGroup: hangs() } });

    await operation.send({ type: 'operation.cancel', reason: 'wrong image' });
    expect(operation.cancelled()).toEqual([]);
    expect(operation.status()).toBe('active');

    await operation.finishActivity('createAutoScalingGroup', returns({}));
    expect(resultOf(operation).status).toBe('canceled');
    expect(resultOf(operation).history).toContain('Canceled: wrong image');
    expect(operation.calls('deleteAutoScalingGroup')).toHaveLength(1);
    expect(operation.calls('deleteLaunchTemplate')).toHaveLength(1);
    expect(operation.calls('setCapacity')).toEqual([]);
  });

  bothModes('abandons a read at once when it is canceled', async (mode) => {
    const operation = await run(CREATE, { mode, activities: { resolveImage: hangs() } });

    await operation.send({ type: 'operation.cancel', reason: 'enough' });

    expect(operation.cancelled()).toEqual(['resolveImage']);
    expect(resultOf(operation)).toMatchObject({ status: 'canceled', outputs: {} });
  });

  bothModes('deploys region after region and undoes all of them when the second one fails', async (mode) => {
    const context = { ...CONTEXT, availabilityZones: { 'us-east-1': [], 'us-east-2': [] } };
    const operation = await run(request('createServerGroup', context), {
      mode,
      activities: {
        setCapacity: (input: { region: string }) =>
          input.region === 'us-east-2' ? fails(DENIED) : returns({ outcome: 'undone' }),
      },
    });

    expect(resultOf(operation).status).toBe('compensated');
    expect(operation.calls('deleteAutoScalingGroup')).toMatchObject([
      { region: 'us-east-2' },
      { region: 'us-east-1' },
    ]);
  });

  bothModes('gives its name back to the book when it ends', async (mode) => {
    const operation = await run(CREATE, { mode });

    const names = operation.addressOf('serverGroupNames');
    expect(operation.view(names).detail).toEqual({ kind: 'names', held: [], last: 'shop-web-v004' });
  });

  it('asks again when the keeper of names does not answer', async () => {
    const operation = await run(CREATE, { others: [] });
    await operation.advance(65_000);

    expect(operation.sent().map(({ event }) => event.type)).toEqual([
      'names.reserve',
      'names.reserve',
      'names.reserve',
    ]);
    await operation.send({ type: 'names.reserved', key: '0', name: 'shop-web-v009' });
    expect(resultOf(operation).outputs).toMatchObject({ serverGroupNames: ['us-east-1:shop-web-v009'] });
  });
});

describe('cloneServerGroup', () => {
  bothModes('copies the newest server group of the cluster, with what the request changes', async (mode) => {
    const context = {
      credentials: 'test',
      application: 'shop',
      stack: 'web',
      region: 'us-east-1',
      amiName: 'ami-new',
    };
    const operation = await run(request('cloneServerGroup', context), { mode });

    expect(resultOf(operation).status).toBe('succeeded');
    expect(operation.calls('createLaunchTemplate')).toMatchObject([
      { launch: { image: 'ami-new', instanceType: 't3.large', keyPair: 'ops' } },
    ]);
    expect(operation.calls('setCapacity')).toMatchObject([{ capacity: { min: 1, max: 4, desired: 3 } }]);
  });

  bothModes('fails before anything is made when there is nothing to copy', async (mode) => {
    const context = { credentials: 'test', application: 'shop', region: 'us-east-1' };
    const activities = { listCluster: returns({ existing: [] }) };
    const operation = await run(request('cloneServerGroup', context), { mode, activities });

    expect(resultOf(operation)).toMatchObject({
      status: 'failed',
      failure: { code: 'SOURCE_SERVER_GROUP_NOT_FOUND' },
    });
  });
});
