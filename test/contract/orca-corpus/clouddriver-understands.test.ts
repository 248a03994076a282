/** What Orca's stages ask for, Clouddriver resolves without a fault: the untyped seam holds. */
import { describe, expect, it } from 'vitest';
import type { OperationRequest } from '#contracts/operation.ts';
import type { StageDefinition } from '#contracts/pipeline.ts';
import { AwaitServerGroup } from '#contracts/server-group.ts';
import type { AccountDirectory } from '#machines/clouddriver/account-directory.ts';
import { cloneServerGroup, createServerGroup } from '#machines/clouddriver/create-server-group.ts';
import { describeCluster } from '#machines/clouddriver/describe-cluster.ts';
import { destroyServerGroup } from '#machines/clouddriver/destroy-server-group.ts';
import { resizeServerGroup } from '#machines/clouddriver/resize-server-group.ts';
import { disableServerGroup, enableServerGroup } from '#machines/clouddriver/traffic-operations.ts';
import { aServerGroup, executionOf, runPipeline, ScriptedCloud } from '#test/unit/orca/pipeline-run.ts';

const zones = (region: string) => ({ name: region, availabilityZones: [`${region}a`, `${region}b`] });
const accounts: AccountDirectory = [
  { name: 'prod', accountId: '123456789012', regions: [zones('us-east-1'), zones('us-east-2')] },
];

const sagas = [
  cloneServerGroup,
  createServerGroup,
  describeCluster,
  destroyServerGroup,
  disableServerGroup,
  enableServerGroup,
  resizeServerGroup,
];

/** What Clouddriver makes of a request: targets, or the failure. */
function resolved(request: OperationRequest): unknown {
  if (request.operation === 'awaitServerGroup')
    return AwaitServerGroup.safeParse(request.context).error ?? 'fine';
  const saga = sagas.find(({ operation }) => operation === request.operation);
  if (saga === undefined) return `Clouddriver has no operation ${request.operation}`;
  const resolution = saga.resolve(request, accounts);
  return 'failure' in resolution ? resolution.failure : 'fine';
}

function cluster(region: string) {
  return {
    account: 'prod',
    application: 'myapp',
    stack: 'prod',
    strategy: 'redblack',
    scaleDown: true,
    maxRemainingAsgs: 2,
    availabilityZones: { [region]: [`${region}a`] },
    capacity: { min: 2, max: 2, desired: 2 },
    instanceType: 'm5.large',
    targetGroups: ['myapp-prod'],
    rollback: { onFailure: true },
  };
}

const here = { credentials: 'prod', regions: ['us-east-1'], cluster: 'myapp-prod' };
const stages: StageDefinition[] = [
  { type: 'findImage', ...here },
  { type: 'deploy', clusters: [cluster('us-east-1'), cluster('us-east-2')] },
  { type: 'resizeServerGroup', ...here, target: 'current_asg_dynamic', action: 'scale_up', scaleNum: 1 },
  { type: 'enableServerGroup', ...here, target: 'ancestor_asg_dynamic' },
  { type: 'disableServerGroup', ...here, target: 'oldest_asg_dynamic' },
  { type: 'cloneServerGroup', account: 'prod', region: 'us-east-2', application: 'myapp', stack: 'prod' },
  { type: 'destroyServerGroup', ...here, target: 'oldest_asg_dynamic' },
  {
    type: 'checkPreconditions',
    preconditions: [{ type: 'clusterSize', context: { ...here, comparison: '>', expected: 0 } }],
  },
];

describe('operations that stages ask for', () => {
  it('are all understood by Clouddriver', async () => {
    const older = { account: 'prod', cluster: 'myapp-prod' };
    const cloud = new ScriptedCloud(
      ['us-east-1', 'us-east-2'].flatMap((region) => [
        aServerGroup('myapp-prod-v000', { ...older, region, createdAtMs: 1, disabled: true }),
        aServerGroup('myapp-prod-v001', { ...older, region, createdAtMs: 2 }),
      ]),
    );
    const run = await runPipeline(stages, { mode: 'straight', actors: cloud.actors() });
    expect(executionOf(run)).toMatchObject({ status: 'SUCCEEDED' });
    const requests = run.children().map(({ input }) => input as OperationRequest);
    expect(new Set(requests.map(({ operation }) => operation)).size).toBe(8);
    expect(requests.map((request) => [request.operation, resolved(request)])).toEqual(
      requests.map(({ operation }) => [operation, 'fine']),
    );
  });
});
