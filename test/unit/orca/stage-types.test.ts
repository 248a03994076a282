import { describe, expect } from 'vitest';
import type { JsonObject } from '#contracts/json.ts';
import { bothModes, type Mode, type Run } from '#test/support/machine-harness.ts';
import {
  aServerGroup,
  asked,
  executionOf,
  runPipeline,
  ScriptedCloud,
  stageOf,
  stagesOf,
} from './pipeline-run.ts';

const mgmt = { credentials: 'mgmt', region: 'us-west-2' };

function cloud(): ScriptedCloud {
  return new ScriptedCloud([
    aServerGroup('myapp-v001', { createdAtMs: 1_000, disabled: true }),
    aServerGroup('myapp-v002', { createdAtMs: 2_000, capacity: { min: 1, max: 5, desired: 2 } }),
    aServerGroup('myapp-v003', { createdAtMs: 3_000 }),
  ]);
}

async function runStage(mode: Mode, stage: JsonObject & { type: string }, scripted = cloud()): Promise<Run> {
  return runPipeline([{ refId: 's', ...stage }], { mode, actors: scripted.actors() });
}

function changes(run: Run) {
  return asked(run)
    .filter(({ operation }) => operation !== 'describeCluster')
    .map(({ operation, context }) => [operation, context['serverGroupName'], context['condition'] ?? null]);
}

describe('stages on server groups', () => {
  bothModes('disables and destroys the newest server group', async (mode) => {
    const run = await runStage(mode, {
      type: 'destroyServerGroup',
      ...mgmt,
      cluster: 'myapp',
      target: 'current_asg_dynamic',
    });
    expect(changes(run)).toEqual([
      ['disableServerGroup', 'myapp-v003', null],
      ['awaitServerGroup', 'myapp-v003', 'down'],
      ['destroyServerGroup', 'myapp-v003', null],
      ['awaitServerGroup', 'myapp-v003', 'absent'],
    ]);
    expect(stagesOf(run).map(({ refId, type }) => [refId, type])).toEqual([
      ['s', 'destroyServerGroup'],
      ['s<1', 'disableServerGroup'],
    ]);
  });

  bothModes('destroys a named server group at once when told so', async (mode) => {
    const run = await runStage(mode, {
      type: 'destroyServerGroup',
      ...mgmt,
      serverGroupName: 'myapp-v001',
      skipDisableBeforeDestroy: true,
    });
    expect(changes(run).map(([operation]) => operation)).toEqual(['destroyServerGroup', 'awaitServerGroup']);
  });

  bothModes('enables the server group before the newest', async (mode) => {
    const run = await runStage(mode, {
      type: 'enableServerGroup',
      ...mgmt,
      cluster: 'myapp',
      target: 'ancestor_asg_dynamic',
    });
    expect(changes(run)).toEqual([
      ['enableServerGroup', 'myapp-v002', null],
      ['awaitServerGroup', 'myapp-v002', 'up'],
    ]);
  });

  bothModes(
    'does not wait for a server group to be down when only a part of it is disabled',
    async (mode) => {
      const run = await runStage(mode, {
        type: 'disableServerGroup',
        ...mgmt,
        serverGroupName: 'myapp-v003',
        desiredPercentage: 50,
      });
      expect(changes(run)).toEqual([['disableServerGroup', 'myapp-v003', null]]);
      expect(asked(run).at(-1)?.context['desiredPercentage']).toBe(50);
    },
  );

  bothModes('fails when the target is not there', async (mode) => {
    const run = await runStage(mode, {
      type: 'enableServerGroup',
      ...mgmt,
      cluster: 'other',
      target: 'current_asg',
    });
    expect(executionOf(run)).toMatchObject({
      status: 'TERMINAL',
      failure: { code: 'SERVER_GROUP_NOT_FOUND' },
    });
  });

  bothModes('resizes up by a share of the current size', async (mode) => {
    const run = await runStage(mode, {
      type: 'resizeServerGroup',
      ...mgmt,
      serverGroupName: 'myapp-v002',
      action: 'scale_up',
      scalePct: 50,
    });
    const resize = asked(run).find(({ operation }) => operation === 'resizeServerGroup');
    expect(resize?.context['capacity']).toEqual({ min: 2, max: 6, desired: 3 });
    expect(stageOf(run, 's').outputs).toEqual({
      'originalCapacity.myapp-v002': { min: 1, max: 5, desired: 2 },
    });
  });

  bothModes('resizes to an exact size and keeps what is not said', async (mode) => {
    const run = await runStage(mode, {
      type: 'resizeServerGroup',
      ...mgmt,
      serverGroupName: 'myapp-v002',
      action: 'scale_exact',
      capacity: { desired: '4' },
    });
    expect(changes(run)).toEqual([
      ['resizeServerGroup', 'myapp-v002', null],
      ['awaitServerGroup', 'myapp-v002', 'capacity'],
    ]);
    expect(asked(run).at(-1)?.context['capacity']).toEqual({ min: 1, max: 5, desired: 4 });
  });

  bothModes('refuses a size that is not in order', async (mode) => {
    const run = await runStage(mode, {
      type: 'resizeServerGroup',
      ...mgmt,
      serverGroupName: 'myapp-v002',
      capacity: { min: 7, max: 3, desired: 4 },
    });
    expect(executionOf(run).failure).toMatchObject({ code: 'CAPACITY_INVALID' });
    expect(changes(run)).toEqual([]);
  });

  bothModes(
    'disables a cluster but for the newest, shrinks and scales down what is inactive',
    async (mode) => {
      const base = { ...mgmt, cluster: 'myapp' };
      const scripted = cloud();
      const run = await runPipeline(
        [
          { type: 'disableCluster', ...base, remainingEnabledServerGroups: 1 },
          { type: 'scaleDownCluster', ...base, remainingFullSizeServerGroups: 2 },
          { type: 'shrinkCluster', ...base, shrinkToSize: 2 },
        ],
        { mode, actors: scripted.actors() },
      );
      expect(changes(run)).toEqual([
        ['disableServerGroup', 'myapp-v002', null],
        ['awaitServerGroup', 'myapp-v002', 'down'],
        ['resizeServerGroup', 'myapp-v001', null],
        ['awaitServerGroup', 'myapp-v001', 'capacity'],
        ['destroyServerGroup', 'myapp-v001', null],
        ['awaitServerGroup', 'myapp-v001', 'absent'],
      ]);
      expect(executionOf(run).status).toBe('SUCCEEDED');
    },
  );

  bothModes('fails for a cluster without server groups, unless that is fine', async (mode) => {
    const stage = { type: 'disableCluster', ...mgmt, cluster: 'other' };
    expect(executionOf(await runStage(mode, stage)).failure).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
    const fine = await runStage(mode, { ...stage, continueIfClusterNotFound: true });
    expect(executionOf(fine).status).toBe('SUCCEEDED');
  });

  bothModes('clones a server group and asks Clouddriver for it', async (mode) => {
    const source = { account: 'mgmt', region: 'us-west-2', asgName: 'myapp-v002' };
    const run = await runStage(mode, { type: 'cloneServerGroup', ...mgmt, application: 'myapp', source });
    expect(
      asked(run).find(({ operation }) => operation === 'cloneServerGroup')?.context['source'],
    ).toMatchObject({
      asgName: 'myapp-v002',
      serverGroupName: 'myapp-v002',
    });
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });
});

describe('findImage', () => {
  const find = { type: 'findImage', credentials: 'mgmt', cluster: 'myapp', regions: ['us-west-2'] };

  bothModes('finds the image by the selection strategy', async (mode) => {
    const instance = { id: 'i', zone: 'a', health: 'up' as const };
    const scripted = new ScriptedCloud([
      aServerGroup('myapp-v001', { createdAtMs: 1, imageId: 'ami-old' }),
      aServerGroup('myapp-v002', { createdAtMs: 2, imageId: 'ami-large', instances: [instance, instance] }),
      aServerGroup('myapp-v003', { createdAtMs: 3, imageId: 'ami-new' }),
      aServerGroup('myapp-v004', { createdAtMs: 4, imageId: 'ami-off', disabled: true }),
    ]);
    const imageOf = async (fields: JsonObject) => {
      const run = await runStage(mode, { ...find, ...fields }, scripted);
      return (stageOf(run, 's').outputs?.['deploymentDetails'] as JsonObject[] | undefined)?.[0]?.['imageId'];
    };
    expect(await imageOf({})).toBe('ami-new');
    expect(await imageOf({ selectionStrategy: 'LARGEST' })).toBe('ami-large');
    expect(await imageOf({ selectionStrategy: 'OLDEST' })).toBe('ami-old');
    expect(await imageOf({ selectionStrategy: 'NEWEST', onlyEnabled: false })).toBe('ami-off');
  });

  bothModes('fails when several are possible and FAIL was asked for', async (mode) => {
    const run = await runStage(mode, { ...find, selectionStrategy: 'FAIL' });
    expect(executionOf(run).failure).toMatchObject({ code: 'IMAGE_AMBIGUOUS' });
  });

  bothModes('fails for a region without the cluster, or takes the image’s name there', async (mode) => {
    const regions = ['us-west-2', 'eu-west-1'];
    const strict = await runStage(mode, { ...find, regions });
    expect(executionOf(strict).failure).toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    const lenient = await runStage(mode, { ...find, regions, resolveMissingLocations: true });
    expect(stageOf(lenient, 's').outputs?.['deploymentDetails']).toMatchObject([
      { region: 'us-west-2', imageId: 'ami-1' },
      { region: 'eu-west-1', imageName: 'myapp-1.0' },
    ]);
  });
});
