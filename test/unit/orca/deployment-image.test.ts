import { describe, expect } from 'vitest';
import { bothModes } from '#test/support/machine-harness.ts';
import { aServerGroup, asked, executionOf, runPipeline, ScriptedCloud } from './pipeline-run.ts';

const create = {
  type: 'createServerGroup',
  refId: '1',
  account: 'mgmt',
  region: 'us-west-2',
  capacity: { min: 2, max: 2, desired: 2 },
};

function deployTo(region: string) {
  return { account: 'mgmt', region, capacity: { min: 2, max: 2, desired: 2 } };
}

describe('the image of a deployment', () => {
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
    const run = await runPipeline([create], { mode, actors: new ScriptedCloud().actors() });
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure: { code: 'IMAGE_MISSING' } });
  });
});
