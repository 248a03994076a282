import { describe, expect } from 'vitest';
import type { JsonObject } from '#contracts/json.ts';
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
} from './pipeline-run.ts';

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

describe('a deployment', () => {
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

  bothModes('stops and undoes every region when the time of the whole deployment is over', async (mode) => {
    const cloud = new ScriptedCloud();
    const clusters = [deployTo('us-east-1', { amiName: 'a' }), deployTo('us-east-2', { amiName: 'a' })];
    const run = await runPipeline([{ type: 'deploy', refId: 'd', clusters, stageTimeoutMs: 60_000 }], {
      mode,
      actors: cloudWith(cloud, { awaitServerGroup: hangs() }),
    });
    await run.advance(60_000);
    await run.finishChild('awaitServerGroup', returns(canceled()));
    expect(executionOf(run).status).toBe('RUNNING');
    await run.finishChild('awaitServerGroup', returns(canceled()));
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure: { code: 'STAGE_TIMEOUT' } });
    expect(stagesOf(run).map(({ refId, status }) => [refId, status])).toEqual([
      ['d', 'TERMINAL'],
      ['d<1', 'CANCELED'],
      ['d<2', 'CANCELED'],
    ]);
    expect(cloud.groups).toEqual([]);
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

  bothModes('leaves alone what others deployed meanwhile', async (mode) => {
    const cloud = new ScriptedCloud([
      aServerGroup('myapp-v000', { createdAtMs: 1 }),
      aServerGroup('myapp-v900', { createdAtMs: 9_000_000 }),
    ]);
    const run = await runPipeline([{ ...create, strategy: 'redblack' }], { mode, actors: cloud.actors() });
    expect(executionOf(run).status).toBe('SUCCEEDED');
    expect(cloud.groups.map(({ name, disabled }) => [name, disabled])).toEqual([
      ['myapp-v000', true],
      ['myapp-v900', false],
      ['myapp-v901', false],
    ]);
  });

  bothModes('restores the capacity once, also when just that fails', async (mode) => {
    const failed = {
      status: 'failed',
      outputs: {},
      history: [],
      failure: { code: 'NO', message: 'no', kind: 'terminal' },
    };
    const { capacity: _own, ...rest } = create;
    const run = await runPipeline([{ ...rest, useSourceCapacity: true }], {
      mode,
      actors: cloudWith(new ScriptedCloud([aServerGroup('myapp-v000')]), {
        resizeServerGroup: returns(failed),
      }),
    });
    expect(stagesOf(run).map(({ refId, status }) => [refId, status])).toEqual([
      ['1', 'TERMINAL'],
      ['1>1', 'TERMINAL'],
    ]);
  });

  bothModes('shows later stages what it and its synthetic stages put out', async (mode) => {
    const cloud = new ScriptedCloud([aServerGroup('myapp-v000', { region: 'us-east-1' })]);
    const clusters = [deployTo('us-east-1', { amiName: 'ami-1' })];
    const run = await runPipeline(
      [
        { type: 'deploy', clusters },
        { type: 'wait', waitTime: 0 },
      ],
      {
        mode,
        actors: cloud.actors(),
      },
    );
    const { start } = run.record(run.addressOf('stage-1')).state.context as { start: JsonObject };
    expect(start).toMatchObject({
      ancestorOutputs: {
        'deploy.server.groups': { 'us-east-1': ['myapp-v001'] },
        source: { asgName: 'myapp-v000' },
      },
      deployedServerGroups: ['mgmt:us-east-1:myapp-v001'],
    });
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
