import { describe, expect, it } from 'vitest';
import { bothModes, fails, hangs, returns } from '#test/support/machine-harness.ts';
import { DENIED, LOST, request, resultOf, run, serverGroup } from './operation-world.ts';

const ON_V003 = { credentials: 'test', region: 'us-east-1', serverGroupName: 'shop-web-v003' };
const HOURS_3_MS = 3 * 3_600_000;
const absent = returns({ serverGroup: null });
const disabled = returns({
  serverGroup: serverGroup('shop-web-v003', {
    disabled: true,
    suspendedProcesses: ['Launch', 'Terminate', 'AddToLoadBalancer'],
  }),
});

describe('resizeServerGroup', () => {
  const RESIZE = request('resizeServerGroup', { ...ON_V003, capacity: { min: 0, max: 10, desired: 5 } });

  bothModes('sets absolute values and reports the capacity before', async (mode) => {
    const operation = await run(RESIZE, { mode });

    expect(resultOf(operation)).toMatchObject({
      status: 'succeeded',
      outputs: { 'originalCapacity.shop-web-v003': { min: 1, max: 4, desired: 3 } },
    });
    expect(operation.calls('setCapacity')).toMatchObject([{ capacity: { min: 0, max: 10, desired: 5 } }]);
  });

  bothModes('restores the old capacity when it is not verified', async (mode) => {
    const operation = await run(RESIZE, { mode, activities: { verifyServerGroup: fails(DENIED) } });

    expect(resultOf(operation).status).toBe('compensated');
    expect(operation.calls('setCapacity')).toMatchObject([
      { capacity: { min: 0, max: 10, desired: 5 } },
      { capacity: { min: 1, max: 4, desired: 3 } },
    ]);
  });

  bothModes('lets a disabled server group shrink', async (mode) => {
    const shrink = request('resizeServerGroup', { ...ON_V003, capacity: { min: 0, max: 0, desired: 0 } });
    const operation = await run(shrink, { mode, activities: { describeServerGroup: disabled } });

    expect(resultOf(operation).status).toBe('succeeded');
    expect(operation.calls('resumeProcesses')).toMatchObject([{ processes: ['Terminate'] }]);
  });

  it('refuses a capacity that is missing or out of range, in the words of Clouddriver', async () => {
    const none = await run(request('resizeServerGroup', ON_V003));
    const wrong = await run(
      request('resizeServerGroup', { ...ON_V003, capacity: { min: 1, max: 2, desired: 3 } }),
    );

    expect(resultOf(none).failure?.details).toEqual({ errors: ['resizeAsgDescription.capacity.empty'] });
    expect(resultOf(wrong).failure?.details).toEqual({
      errors: ['resizeAsgDescription.desired.capacity.not.in.range'],
    });
    expect(none.tasks()).toEqual([]);
  });
});

describe('disableServerGroup', () => {
  const DISABLE = request('disableServerGroup', ON_V003);

  bothModes('suspends the traffic processes, then leaves load balancing', async (mode) => {
    const operation = await run(DISABLE, { mode });

    expect(resultOf(operation).status).toBe('succeeded');
    expect(operation.tasks().map(({ name }) => name)).toEqual([
      'describeServerGroup',
      'suspendProcesses',
      'deregisterTargets',
      'verifyServerGroup',
    ]);
  });

  bothModes('puts everything back when it is canceled half-way', async (mode) => {
    const operation = await run(DISABLE, { mode, activities: { deregisterTargets: hangs() } });

    await operation.send({ type: 'operation.cancel', reason: 'stop' });
    await operation.finishActivity('deregisterTargets', returns({ outcome: 'undone', instanceIds: ['i-1'] }));

    expect(resultOf(operation).status).toBe('canceled');
    expect(operation.calls('registerTargets')).toHaveLength(1);
    expect(operation.calls('resumeProcesses')).toMatchObject([
      { processes: ['Launch', 'Terminate', 'AddToLoadBalancer'] },
    ]);
  });

  bothModes('takes out a share only when a percentage is asked for', async (mode) => {
    const operation = await run(request('disableServerGroup', { ...ON_V003, desiredPercentage: 40 }), {
      mode,
    });

    expect(operation.calls('suspendProcesses')).toEqual([]);
    expect(operation.calls('deregisterTargets')).toMatchObject([{ percentage: 40 }]);
  });

  bothModes('counts an absent server group as disabled', async (mode) => {
    const operation = await run(DISABLE, { mode, activities: { describeServerGroup: absent } });

    expect(resultOf(operation)).toMatchObject({
      status: 'succeeded',
      outputs: { serverGroups: [{ found: false }] },
    });
  });
});

describe('enableServerGroup', () => {
  const ENABLE = request('enableServerGroup', ON_V003);

  bothModes('resumes what was suspended and registers the instances', async (mode) => {
    const operation = await run(ENABLE, { mode, activities: { describeServerGroup: disabled } });

    expect(resultOf(operation).status).toBe('succeeded');
    expect(operation.calls('resumeProcesses')).toHaveLength(1);
    expect(operation.calls('registerTargets')).toHaveLength(1);
  });

  bothModes('fails when the server group is gone, since nobody would serve the users', async (mode) => {
    const operation = await run(ENABLE, { mode, activities: { describeServerGroup: absent } });

    expect(resultOf(operation)).toMatchObject({
      status: 'failed',
      failure: { code: 'SERVER_GROUP_NOT_FOUND' },
    });
  });
});

describe('destroyServerGroup', () => {
  const DESTROY = request('destroyServerGroup', ON_V003);

  bothModes('deletes the group and the launch template made for it', async (mode) => {
    const operation = await run(DESTROY, { mode });

    expect(resultOf(operation).status).toBe('succeeded');
    expect(operation.calls('deleteLaunchTemplate')).toMatchObject([{ launchTemplateId: 'lt-0' }]);
  });

  bothModes('leaves a shared launch template alone', async (mode) => {
    const shared = serverGroup('shop-web-v003', { launchTemplateName: 'base' });
    const operation = await run(DESTROY, {
      mode,
      activities: { describeServerGroup: returns({ serverGroup: shared }) },
    });

    expect(operation.calls('deleteLaunchTemplate')).toEqual([]);
    expect(resultOf(operation).status).toBe('succeeded');
  });

  bothModes('removes the launch template of a group that is being deleted already', async (mode) => {
    const deleting = serverGroup('shop-web-v003', { deleting: true });
    const activities = { describeServerGroup: returns({ serverGroup: deleting }) };
    const operation = await run(DESTROY, { mode, activities });

    expect(operation.calls('deleteLaunchTemplate')).toHaveLength(1);
    expect(resultOf(operation).status).toBe('succeeded');
  });

  bothModes('is done at once when there is nothing to destroy', async (mode) => {
    const operation = await run(DESTROY, { mode, activities: { describeServerGroup: absent } });

    expect(resultOf(operation).status).toBe('succeeded');
    expect(operation.tasks()).toHaveLength(1);
  });

  bothModes('goes on to the end when a cancel comes after the point of no return', async (mode) => {
    const operation = await run(DESTROY, { mode, activities: { deleteLaunchTemplate: hangs() } });

    await operation.send({ type: 'operation.cancel', reason: 'stop' });
    await operation.finishActivity('deleteLaunchTemplate', returns({ outcome: 'undone' }));

    expect(resultOf(operation).status).toBe('succeeded');
  });

  bothModes('says failed when the deletion is refused at once', async (mode) => {
    const operation = await run(DESTROY, { mode, activities: { deleteAutoScalingGroup: fails(DENIED) } });

    expect(resultOf(operation)).toMatchObject({ status: 'failed', failure: { code: 'AWS_ACCESS_DENIED' } });
  });

  bothModes('lists the launch template when only the group could be deleted', async (mode) => {
    const operation = await run(DESTROY, { mode, activities: { deleteLaunchTemplate: fails(LOST) } });
    await operation.advance(HOURS_3_MS);

    expect(resultOf(operation)).toMatchObject({
      status: 'stranded',
      stranded: [{ kind: 'launch-template', id: 'shop-web-v003-abc' }],
    });
  });
});

describe('describeCluster', () => {
  bothModes('reads every region of the account, newest first', async (mode) => {
    const operation = await run(request('describeCluster', { credentials: 'test', cluster: 'shop-web' }), {
      mode,
      activities: {
        describeCluster: (input: { region: string }) =>
          returns({
            serverGroups: [
              serverGroup('shop-web-v001', {
                region: input.region,
                createdAtMs: input.region === 'us-east-2' ? 9 : 1,
              }),
            ],
          }),
      },
    });

    expect(resultOf(operation).outputs).toMatchObject({
      serverGroups: [{ region: 'us-east-2' }, { region: 'us-east-1' }],
    });
  });

  it('refuses an operation without a cluster', async () => {
    const operation = await run(request('describeCluster', { credentials: 'test' }));

    expect(resultOf(operation).failure?.details).toEqual({
      errors: ['describeClusterDescription.cluster.empty'],
    });
  });
});

describe('every operation', () => {
  it.each(['createServerGroup', 'resizeServerGroup', 'awaitServerGroup', 'describeCluster'])(
    'answers an envelope it cannot read with a failure: %s',
    async (operation) => {
      const broken = await run({ operation, application: 'x', context: {} } as unknown as ReturnType<
        typeof request
      >);

      expect(resultOf(broken)).toMatchObject({ status: 'failed', failure: { code: 'OPERATION_INVALID' } });
    },
  );
});
