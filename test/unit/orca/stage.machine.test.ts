import { describe, expect } from 'vitest';
import type { OperationRequest } from '#contracts/operation.ts';
import { bothModes, fails, hangs, returns, takes } from '#test/support/machine-harness.ts';
import {
  aServerGroup,
  asked,
  executionOf,
  runPipeline,
  ScriptedCloud,
  stageOf,
  stagesOf,
  statusesOf,
  succeeded,
} from './pipeline-run.ts';

const cancel = { type: 'execution.cancel', reason: 'enough', user: 'ann' } as never;

function deployTo(region: string, fields = {}) {
  return { account: 'mgmt', region, capacity: { min: 2, max: 2, desired: 2 }, ...fields };
}

const create = {
  type: 'createServerGroup',
  refId: '1',
  account: 'mgmt',
  region: 'us-west-2',
  amiName: 'ami-7',
  capacity: { min: 2, max: 2, desired: 2 },
};

function canceled(reason = 'stopped') {
  return { status: 'canceled', outputs: {}, history: [reason] };
}

/** Clouddriver with some operations that behave differently. */
function cloudWith(cloud: ScriptedCloud, other: ReturnType<ScriptedCloud['actors']>) {
  return { ...cloud.actors(), ...other };
}

describe('stage', () => {
  bothModes('cancels the operation in flight, waits for it and ends CANCELED', async (mode) => {
    const run = await runPipeline([create], {
      mode,
      actors: cloudWith(new ScriptedCloud(), { createServerGroup: hangs() }),
    });
    await run.send(cancel);
    expect(run.sent().map(({ event }) => event)).toEqual([{ type: 'operation.cancel', reason: 'enough' }]);
    expect(executionOf(run).status).toBe('RUNNING');
    await run.finishChild('createServerGroup', returns(canceled()));
    expect(statusesOf(run)).toEqual({ '1': 'CANCELED' });
    expect(executionOf(run).status).toBe('CANCELED');
  });

  bothModes('reports what a cancelled operation could not undo', async (mode) => {
    const stranded = [
      { kind: 'autoScalingGroup', id: 'myapp-v000', account: 'mgmt', region: 'us-west-2', reason: 'x' },
    ];
    const run = await runPipeline([create], {
      mode,
      actors: cloudWith(new ScriptedCloud(), { createServerGroup: hangs() }),
    });
    await run.send(cancel);
    await run.finishChild(
      'createServerGroup',
      returns({ status: 'stranded', outputs: {}, history: [], stranded }),
    );
    expect(executionOf(run)).toMatchObject({ status: 'CANCELED', stranded });
  });

  bothModes('removes a new server group that was not yet up when it is cancelled', async (mode) => {
    const cloud = new ScriptedCloud();
    const run = await runPipeline([create], {
      mode,
      actors: cloudWith(cloud, { awaitServerGroup: hangs() }),
    });
    await run.send(cancel);
    await run.finishChild('awaitServerGroup', returns(canceled()));
    expect(
      asked(run)
        .map(({ operation, context }) => [operation, context['serverGroupName']])
        .at(-1),
    ).toEqual(['destroyServerGroup', 'myapp-v000']);
    expect(cloud.groups).toEqual([]);
    expect(executionOf(run).status).toBe('CANCELED');
  });

  bothModes('reports a new server group that it cannot remove after a cancel', async (mode) => {
    const failed = {
      status: 'failed',
      outputs: {},
      history: [],
      failure: { code: 'X', message: 'no', kind: 'terminal' },
    };
    const run = await runPipeline([create], {
      mode,
      actors: cloudWith(new ScriptedCloud(), {
        awaitServerGroup: hangs(),
        destroyServerGroup: returns(failed),
      }),
    });
    await run.send(cancel);
    await run.finishChild('awaitServerGroup', returns(canceled()));
    expect(executionOf(run).stranded).toMatchObject([{ id: 'myapp-v000', account: 'mgmt', reason: 'no' }]);
  });

  bothModes('removes what an operation created although it was asked to stop', async (mode) => {
    const cloud = new ScriptedCloud();
    const run = await runPipeline([create], {
      mode,
      actors: cloudWith(cloud, { createServerGroup: hangs() }),
    });
    await run.send(cancel);
    const request = run.children().find(({ type }) => type === 'createServerGroup')
      ?.input as OperationRequest;
    await run.finishChild('createServerGroup', returns(cloud.run(request)));
    expect(cloud.groups).toEqual([]);
    expect(executionOf(run).status).toBe('CANCELED');
  });

  bothModes(
    'lets an operation go on while paused and starts the next task only when resumed',
    async (mode) => {
      const run = await runPipeline([create], {
        mode,
        actors: cloudWith(new ScriptedCloud(), { createServerGroup: hangs() }),
      });
      await run.send({ type: 'execution.pause', user: 'ann' } as never);
      await run.finishChild(
        'createServerGroup',
        returns(succeeded({ 'deploy.server.groups': { 'us-west-2': ['myapp-v000'] } })),
      );
      expect(asked(run).map(({ operation }) => operation)).toEqual(['describeCluster', 'createServerGroup']);
      await run.send({ type: 'execution.resume', user: 'ann' } as never);
      expect(
        asked(run)
          .map(({ operation }) => operation)
          .at(-1),
      ).toBe('awaitServerGroup');
      expect(executionOf(run).status).toBe('SUCCEEDED');
    },
  );

  bothModes('stops the operation in flight when its time is over', async (mode) => {
    const run = await runPipeline([{ ...create, stageTimeoutMs: 60_000 }], {
      mode,
      actors: cloudWith(new ScriptedCloud(), { createServerGroup: hangs() }),
    });
    await run.advance(60_000);
    expect(run.sent()).toMatchObject([{ event: { type: 'operation.cancel' } }]);
    await run.finishChild('createServerGroup', returns(canceled()));
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure: { code: 'STAGE_TIMEOUT' } });
    expect(stageOf(run, '1').tasks.find(({ name }) => name === 'monitorDeploy')?.status).toBe('TERMINAL');
  });

  bothModes('does not count paused time against its timeout', async (mode) => {
    const run = await runPipeline([{ ...create, stageTimeoutMs: 60_000 }], {
      mode,
      actors: cloudWith(new ScriptedCloud(), { createServerGroup: takes(4_000_000, returns(succeeded())) }),
    });
    await run.advance(59_000);
    await run.send({ type: 'execution.pause', user: 'ann' } as never);
    await run.advance(3_000_000);
    await run.send({ type: 'execution.resume', user: 'ann' } as never);
    expect(run.sent()).toEqual([]);
    await run.advance(1_000);
    expect(run.sent()).toMatchObject([{ event: { type: 'operation.cancel' } }]);
  });

  bothModes('runs the rest of its tasks when a failure is to be ignored', async (mode) => {
    const failed = {
      status: 'compensated',
      outputs: {},
      history: [],
      failure: { code: 'NO_ROOM', message: 'full', kind: 'capacity' },
    };
    const run = await runPipeline([{ ...create, continuePipeline: true }], {
      mode,
      actors: cloudWith(new ScriptedCloud(), { createServerGroup: returns(failed) }),
    });
    expect(stageOf(run, '1').tasks).toMatchObject([
      {},
      {},
      {},
      { status: 'FAILED_CONTINUE' },
      { status: 'SUCCEEDED' },
    ]);
    expect(statusesOf(run)).toEqual({ '1': 'FAILED_CONTINUE' });
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes('fails with the operation’s own failure and restores the source’s capacity', async (mode) => {
    const failure = { code: 'AWS_DENIED', message: 'no', kind: 'terminal' };
    const run = await runPipeline([create], {
      mode,
      actors: cloudWith(new ScriptedCloud(), {
        createServerGroup: returns({ status: 'failed', outputs: {}, history: [], failure }),
      }),
    });
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure });
    expect(stagesOf(run).map(({ refId, name, status }) => [refId, name, status])).toEqual([
      ['1', 'createServerGroup', 'TERMINAL'],
      ['1>1', 'restoreMinCapacityFromSnapshot', 'SUCCEEDED'],
    ]);
  });

  bothModes('takes a new server group out of traffic when rollback.onFailure asks for it', async (mode) => {
    const failed = {
      status: 'failed',
      outputs: {},
      history: [],
      failure: { code: 'NOT_UP', message: 'down', kind: 'terminal' },
    };
    const run = await runPipeline([{ ...create, rollback: { onFailure: true, destroyLatest: true } }], {
      mode,
      actors: cloudWith(new ScriptedCloud(), {
        awaitServerGroup: ((request: OperationRequest) =>
          returns(request.context['condition'] === 'up' ? failed : succeeded())) as never,
      }),
    });
    expect(
      stagesOf(run)
        .slice(1)
        .map(({ refId, type, name }) => [refId, type, name]),
    ).toEqual([
      ['1>1', 'disableServerGroup', 'Rollback myapp-v000'],
      ['1>2', 'destroyServerGroup', 'Destroy myapp-v000'],
      ['1>3', 'applySourceServerGroupCapacity', 'restoreMinCapacityFromSnapshot'],
    ]);
    expect(statusesOf(run)).toEqual({ '1': 'TERMINAL' });
  });

  bothModes('deploys to all regions at once and ends when all are done', async (mode) => {
    const cloud = new ScriptedCloud();
    const run = await runPipeline(
      [
        {
          type: 'deploy',
          refId: 'd',
          clusters: [
            deployTo('us-east-1', { amiName: 'ami-1' }),
            deployTo('us-east-2', { amiName: 'ami-2' }),
          ],
        },
      ],
      { mode, actors: cloud.actors() },
    );
    expect(
      stagesOf(run)
        .filter(({ refId }) => /^d<\d$/.test(refId))
        .map(({ refId, name }) => [refId, name]),
    ).toEqual([
      ['d<1', 'Deploy in us-east-1'],
      ['d<2', 'Deploy in us-east-2'],
    ]);
    expect(stageOf(run, 'd').outputs).toEqual({
      'deploy.server.groups': { 'us-east-1': ['myapp-v000'], 'us-east-2': ['myapp-v000'] },
      'deploy.account.name': 'mgmt',
    });
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes('makes one stage for each region of a cluster', async (mode) => {
    const zones = { 'us-east-1': ['us-east-1a'], 'us-east-2': ['us-east-2a'] };
    const cluster = {
      account: 'mgmt',
      amiName: 'myapp-1.0',
      availabilityZones: zones,
      capacity: { min: 1, max: 1, desired: 1 },
    };
    const run = await runPipeline([{ type: 'deploy', refId: 'd', clusters: [cluster] }], {
      mode,
      actors: new ScriptedCloud().actors(),
    });
    const creates = asked(run).filter(({ operation }) => operation === 'createServerGroup');
    expect(creates.map(({ context }) => context['availabilityZones'])).toEqual([
      { 'us-east-1': ['us-east-1a'] },
      { 'us-east-2': ['us-east-2a'] },
    ]);
  });

  bothModes('stops the other regions when one fails', async (mode) => {
    const failed = {
      status: 'compensated',
      outputs: {},
      history: [],
      failure: { code: 'NO_ROOM', message: 'full', kind: 'capacity' },
    };
    const run = await runPipeline(
      [
        {
          type: 'deploy',
          refId: 'd',
          clusters: [
            deployTo('us-east-1', { amiName: 'ami-1' }),
            deployTo('us-east-2', { amiName: 'ami-2' }),
          ],
        },
      ],
      {
        mode,
        actors: cloudWith(new ScriptedCloud(), {
          createServerGroup: ((request: OperationRequest) =>
            request.context['region'] === 'us-east-1' ? takes(5_000, returns(failed)) : hangs()) as never,
        }),
      },
    );
    await run.advance(5_000);
    expect(run.sent()).toMatchObject([{ event: { type: 'operation.cancel' } }]);
    await run.finishChild('createServerGroup', returns(canceled()));
    expect(stageOf(run, 'd<1').status).toBe('TERMINAL');
    expect(stageOf(run, 'd<2').status).toBe('CANCELED');
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure: { code: 'NO_ROOM' } });
  });

  bothModes('fails as its flags say when a child actor breaks', async (mode) => {
    const run = await runPipeline([create], {
      mode,
      actors: cloudWith(new ScriptedCloud(), {
        describeCluster: fails({ code: 'ACTOR_TYPE_UNKNOWN', kind: 'terminal' }),
      }),
    });
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure: { code: 'ACTOR_TYPE_UNKNOWN' } });
  });

  bothModes('gives the image of an earlier stage to a deployment', async (mode) => {
    const cloud = new ScriptedCloud([
      aServerGroup('myapp-test-v003', { region: 'us-east-1', cluster: 'myapp-test', imageId: 'ami-east' }),
    ]);
    const find = {
      type: 'findImage',
      refId: 'f',
      cluster: 'myapp-test',
      credentials: 'mgmt',
      regions: ['us-east-1'],
    };
    const run = await runPipeline(
      [
        find,
        {
          type: 'deploy',
          refId: 'd',
          requisiteStageRefIds: ['f'],
          clusters: [deployTo('us-east-1'), deployTo('us-east-2')],
        },
      ],
      { mode, actors: cloud.actors() },
    );
    const creates = asked(run).filter(({ operation }) => operation === 'createServerGroup');
    expect(creates.map(({ context }) => [context['region'], context['amiName']])).toEqual([
      ['us-east-1', 'ami-east'],
      ['us-east-2', 'myapp-1.0'],
    ]);
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes('says what is missing when no image is known', async (mode) => {
    const { amiName: _none, ...imageless } = create;
    const run = await runPipeline([imageless], { mode, actors: new ScriptedCloud().actors() });
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure: { code: 'IMAGE_MISSING' } });
  });

  bothModes('copies the capacity of the source and gives its minimum back in the end', async (mode) => {
    const cloud = new ScriptedCloud([
      aServerGroup('myapp-v000', { capacity: { min: 1, max: 9, desired: 4 } }),
    ]);
    const { capacity: _own, ...rest } = create;
    const run = await runPipeline([{ ...rest, useSourceCapacity: true }], { mode, actors: cloud.actors() });
    const created = asked(run).find(({ operation }) => operation === 'createServerGroup');
    expect(created?.context['capacity']).toEqual({ min: 4, desired: 4, max: 9 });
    const resized = asked(run).find(({ operation }) => operation === 'resizeServerGroup');
    expect(resized).toMatchObject({
      stage: '1>1',
      context: { serverGroupName: 'myapp-v001', capacity: { min: 1, desired: 4, max: 9 } },
    });
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes('waits before each part of a red/black deployment, as the delays say', async (mode) => {
    const cloud = new ScriptedCloud([aServerGroup('myapp-v000')]);
    const delays = {
      strategy: 'redblack',
      scaleDown: true,
      delayBeforeDisableSec: 60,
      delayBeforeScaleDownSec: 30,
    };
    const run = await runPipeline([{ ...create, ...delays }], { mode, actors: cloud.actors() });
    await run.advance(60_000);
    await run.advance(30_000);
    expect(
      stagesOf(run)
        .slice(1)
        .map(({ type, name }) => [type, name]),
    ).toEqual([
      ['wait', 'Wait Before Disable'],
      ['disableCluster', 'disableCluster'],
      ['wait', 'Wait Before Scale Down'],
      ['scaleDownCluster', 'scaleDown'],
      ['applySourceServerGroupCapacity', 'restoreMinCapacityFromSnapshot'],
    ]);
    expect(cloud.groups).toMatchObject([
      { name: 'myapp-v000', disabled: true, capacity: { desired: 0 } },
      { name: 'myapp-v001', disabled: false },
    ]);
  });

  bothModes('has nothing to take over from when the cluster is new', async (mode) => {
    const run = await runPipeline([{ ...create, strategy: 'redblack' }], {
      mode,
      actors: new ScriptedCloud().actors(),
    });
    expect(
      stagesOf(run)
        .slice(1)
        .map(({ type }) => type),
    ).toEqual(['applySourceServerGroupCapacity']);
  });

  bothModes('destroys every older server group for highlander', async (mode) => {
    const cloud = new ScriptedCloud([
      aServerGroup('myapp-v000'),
      aServerGroup('myapp-v001', { createdAtMs: 2_000 }),
    ]);
    const run = await runPipeline([{ ...create, strategy: 'highlander' }], { mode, actors: cloud.actors() });
    expect(executionOf(run).status).toBe('SUCCEEDED');
    expect(cloud.groups.map(({ name }) => name)).toEqual(['myapp-v002']);
  });
});
