/** A list of server groups may be older than what the execution created in the cluster a moment ago. */
import { describe, expect } from 'vitest';
import type { OperationRequest } from '#contracts/operation.ts';
import { bothModes, returns } from '#test/support/machine-harness.ts';
import { aServerGroup, asked, executionOf, runPipeline, ScriptedCloud } from './pipeline-run.ts';

const create = {
  type: 'createServerGroup',
  refId: '1',
  account: 'mgmt',
  region: 'us-west-2',
  amiName: 'ami-7',
  capacity: { min: 2, max: 2, desired: 2 },
  strategy: 'redblack',
};

/** A cloud whose lists show what was created only from a certain read on. */
function lateCloud(cloud: ScriptedCloud, options: { showsAtRead: number }) {
  let reads = 0;
  const describeCluster = (request: OperationRequest) => {
    reads += 1;
    const result = cloud.run(request);
    if (reads >= options.showsAtRead) return returns(result);
    const old = cloud.groups.filter(({ name }) => name === 'myapp-v000');
    return returns({ ...result, outputs: { serverGroups: structuredClone(old) } });
  };
  return { ...cloud.actors(), describeCluster };
}

describe('a red/black deployment whose new server group is not listed yet', () => {
  bothModes('looks again, and disables the old one when the new one is listed', async (mode) => {
    const cloud = new ScriptedCloud([aServerGroup('myapp-v000')]);
    const run = await runPipeline([create], { mode, actors: lateCloud(cloud, { showsAtRead: 4 }) });
    expect(executionOf(run).status).toBe('RUNNING');
    await run.advance(10_000);
    expect(executionOf(run).status).toBe('SUCCEEDED');
    expect(cloud.groups.map(({ name, disabled }) => [name, disabled])).toEqual([
      ['myapp-v000', true],
      ['myapp-v001', false],
    ]);
  });

  bothModes('goes on after a minute, because somebody may have removed the new one', async (mode) => {
    const cloud = new ScriptedCloud([aServerGroup('myapp-v000')]);
    const run = await runPipeline([create], { mode, actors: lateCloud(cloud, { showsAtRead: Infinity }) });
    await run.advance(59_000);
    expect(executionOf(run).status).toBe('RUNNING');
    await run.advance(1_000);
    expect(executionOf(run).status).toBe('SUCCEEDED');
    expect(asked(run).filter(({ operation }) => operation === 'disableServerGroup')).toEqual([]);
  });
});
