/** Executions and stages in states worth keeping. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { JsonObject } from '#contracts/json.ts';
import type { StageDefinition } from '#contracts/pipeline.ts';
import { createOrcaCatalog } from '#services/orca/catalog.ts';
import { given, hangs, type Run } from '#test/support/machine-harness.ts';
import { CONTEXT, DENIED } from '#test/unit/clouddriver/operation-world.ts';
import { startOf } from '#test/unit/orca/pipeline-run.ts';
import { activityEnds, childrenEnd, events, wake, type SnapshotCase } from './snapshot-steps.ts';

export const ORCA_DEFINITIONS = createOrcaCatalog({ webhookHosts: [] }).definitions;

type Reached = { stages: StageDefinition[]; of?: string; before?: (run: Run) => Promise<void> };

/** The record of a stage in a pipeline, or of the execution itself. */
function orcaRecord({ stages, of, before }: Reached): () => Promise<ActorRecord> {
  return async () => {
    const [execution, stage] = ORCA_DEFINITIONS;
    if (!execution || !stage) throw new Error('Orca registers nothing.');
    const pipeline = await given(execution, {
      service: 'orca',
      id: 'x1',
      input: startOf(stages),
      others: [stage],
      activities: { webhook: hangs() },
    });
    await before?.(pipeline);
    return pipeline.record(of === undefined ? pipeline.address : pipeline.addressOf(of));
  };
}

const WAIT: StageDefinition = { refId: '1', type: 'wait', name: 'Wait', waitTime: 30 };
const JUDGE: StageDefinition = {
  refId: '1',
  type: 'manualJudgment',
  name: 'Sure?',
  judgmentInputs: [{ value: 'blue' }],
};
const HOOK: StageDefinition = {
  refId: '1',
  type: 'webhook',
  name: 'Call',
  url: 'https://example.com',
  method: 'POST',
};
const RESIZE: StageDefinition = {
  refId: '1',
  type: 'resizeServerGroup',
  name: 'Resize',
  credentials: 'test',
  region: 'us-east-1',
  serverGroupName: 'shop-web-v003',
  capacity: { min: 1, max: 1, desired: 1 },
};
const CREATE: StageDefinition = {
  refId: '1',
  type: 'createServerGroup',
  name: 'Create',
  strategy: 'redblack',
  region: 'us-east-1',
  ...CONTEXT,
};
const user = 'ann';
const cancel = { type: 'stage.cancel', reason: 'enough', user };
const done = { status: 'succeeded', outputs: {}, history: ['done'] };

export function stageCases(): SnapshotCase[] {
  const at = (name: string, stage: StageDefinition, next: SnapshotCase['next']): SnapshotCase => ({
    name: `stage@1/${name}`,
    reach: orcaRecord({ stages: [stage], of: 'stage' }),
    next,
  });
  return [
    at('waiting-for-a-timer', WAIT, wake),
    at('waiting-then-canceled', WAIT, events(cancel)),
    at('waiting-then-paused', WAIT, events({ type: 'stage.pause' }, { type: 'stage.resume' })),
    at(
      'judgment',
      JUDGE,
      events({ type: 'stage.judge', stageRefId: '1', decision: 'continue', input: 'blue', user }),
    ),
    at(
      'judgment-that-says-stop',
      JUDGE,
      events({ type: 'stage.judge', stageRefId: '1', decision: 'stop', user }),
    ),
    at('calling-a-webhook', HOOK, activityEnds({ output: { statusCode: 200, headers: {}, body: 'ok' } })),
    at('calling-a-webhook-that-fails', HOOK, activityEnds('denied')),
    at('resizing', RESIZE, childrenEnd(done)),
    at('creating', CREATE, childrenEnd(done)),
    at('creating-then-canceled', CREATE, events(cancel)),
  ];
}

export function executionCases(): SnapshotCase[] {
  const then: StageDefinition = {
    refId: '2',
    type: 'wait',
    name: 'Then',
    waitTime: 30,
    requisiteStageRefIds: ['1'],
  };
  const two = [WAIT, then];
  const finish = async (pipeline: Run) => pipeline.advance(120_000);
  return [
    {
      name: 'execution@1/first-stage-runs',
      reach: orcaRecord({ stages: two }),
      next: childrenEnd({ status: 'SUCCEEDED', outputs: {} }),
    },
    {
      name: 'execution@1/first-stage-fails',
      reach: orcaRecord({ stages: two }),
      next: childrenEnd({ status: 'TERMINAL', outputs: {}, failure: { ...DENIED } as JsonObject }),
    },
    {
      name: 'execution@1/canceled',
      reach: orcaRecord({ stages: two }),
      next: events({ type: 'execution.cancel', reason: 'no', user }),
    },
    {
      name: 'execution@1/paused',
      reach: orcaRecord({ stages: two }),
      next: events({ type: 'execution.pause', user }, { type: 'execution.resume', user }),
    },
    {
      name: 'execution@1/judged',
      reach: orcaRecord({ stages: [JUDGE] }),
      next: events({ type: 'execution.judge', stageRefId: '1', decision: 'continue', user }),
    },
    {
      name: 'execution@1/done',
      reach: orcaRecord({ stages: two, before: finish }),
      next: events({ type: 'execution.pause', user }),
    },
  ];
}
