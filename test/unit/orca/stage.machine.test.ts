import { describe, expect } from 'vitest';
import type { OperationRequest } from '#contracts/operation.ts';
import { bothModes, hangs, returns, takes } from '#test/support/machine-harness.ts';
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

  bothModes('starts no further stage of a strategy while paused', async (mode) => {
    const cloud = new ScriptedCloud([aServerGroup('myapp-v000')]);
    const run = await runPipeline([{ ...create, strategy: 'redblack' }], {
      mode,
      actors: cloudWith(cloud, { disableServerGroup: hangs() }),
    });
    await run.send({ type: 'execution.pause', user: 'ann' } as never);
    await run.finishChild('disableServerGroup', returns({ status: 'succeeded', outputs: {}, history: [] }));
    expect(stagesOf(run).map(({ refId, status }) => [refId, status])).toEqual([
      ['1', 'PAUSED'],
      ['1>1', 'PAUSED'],
    ]);
    await run.send({ type: 'execution.resume', user: 'ann' } as never);
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes(
    'ends CANCELED without on-failure stages when the operation says it was cancelled',
    async (mode) => {
      const run = await runPipeline([create], {
        mode,
        actors: cloudWith(new ScriptedCloud(), { createServerGroup: returns(canceled()) }),
      });
      expect(stagesOf(run)).toHaveLength(1);
      expect(executionOf(run).status).toBe('CANCELED');
    },
  );
});
