/** A real red/black deployment of Netflix, replayed: same synthetic stages in the same order, same operations. */
import { describe, expect } from 'vitest';
import type { JsonObject } from '#contracts/json.ts';
import { printed } from '#machines/orca/stage-context.ts';
import { bothModes } from '#test/support/machine-harness.ts';
import {
  aServerGroup,
  asked,
  executionOf,
  runPipeline,
  ScriptedCloud,
  stagesOf,
} from '#test/unit/orca/pipeline-run.ts';
import { corpusCase, type CorpusStage } from './corpus.ts';

const trace = (corpusCase('02') as { execution: { stages: CorpusStage[] } }).execution.stages;

/** Written by the run itself, so not part of what the user asked for. */
const WRITTEN_BY_THE_RUN =
  /^(kato\.|deploy\.|lastCapacityCheck|zeroDesired|currentInstance|capacitySnapshot|jarDiffs|source$|virtualizationType|notification\.|targetDesiredSize)/;

/** Cache refreshes are gone, health providers are no task; entity tags and diffs are Netflix's own. */
const NOT_OURS = [
  'forceCacheRefresh',
  'determineHealthProviders',
  'tagServerGroup',
  'jarDiffs',
  'getCommits',
];

function contextAsWritten(stage: CorpusStage): JsonObject {
  return Object.fromEntries(Object.entries(stage.context).filter(([key]) => !WRITTEN_BY_THE_RUN.test(key)));
}

function cloudBefore(): ScriptedCloud {
  const up = { id: 'i-w', zone: 'us-west-2a', health: 'up' as const };
  return new ScriptedCloud([
    aServerGroup('keel-prestaging-v470', { createdAtMs: 470, instances: [up] }),
    aServerGroup('keel-prestaging-v469', { createdAtMs: 469, disabled: true }),
  ]);
}

describe('a red/black deployment of Netflix', () => {
  bothModes('has the same synthetic stages and operations when it runs here', async (mode) => {
    const [create] = trace;
    if (create === undefined) throw new Error('The trace has no stages.');
    const cloud = cloudBefore();
    const run = await runPipeline([{ ...contextAsWritten(create), type: create.type, refId: create.refId }], {
      mode,
      actors: cloud.actors(),
    });

    expect(executionOf(run).failure).toBeUndefined();
    expect(executionOf(run).status).toBe('SUCCEEDED');
    const identity = ({ refId, type, name }: { refId: string; type: string; name: string }) => [
      refId,
      type,
      name,
    ];
    expect(stagesOf(run).map(identity)).toEqual(trace.map(identity));
    expect(stagesOf(run).map(({ syntheticOwner }) => syntheticOwner)).toEqual(
      trace.map(({ syntheticStageOwner }) => syntheticStageOwner),
    );

    const targets = asked(run)
      .filter(({ operation }) => operation !== 'describeCluster')
      .map(({ operation, stage, context }) => [
        stage,
        operation,
        context['serverGroupName'] ?? context['cluster'],
      ]);
    expect(targets).toEqual([
      ['1', 'createServerGroup', 'keel-prestaging'],
      ['1', 'awaitServerGroup', 'keel-prestaging-v471'],
      ['1>1', 'destroyServerGroup', 'keel-prestaging-v469'],
      ['1>1', 'awaitServerGroup', 'keel-prestaging-v469'],
      ['1>2', 'disableServerGroup', 'keel-prestaging-v470'],
      ['1>2', 'awaitServerGroup', 'keel-prestaging-v470'],
      ['1>3', 'resizeServerGroup', 'keel-prestaging-v470'],
      ['1>3', 'awaitServerGroup', 'keel-prestaging-v470'],
    ]);
    const resize = asked(run).find(({ operation }) => operation === 'resizeServerGroup');
    expect(resize?.context['capacity']).toEqual({ min: 0, max: 0, desired: 0 });
    for (const [index, stage] of trace.entries()) {
      const written = stage.context['deploy.server.groups'];
      if (index > 0 && stage.type !== 'applySourceServerGroupCapacity') {
        const acted = asked(run).find(
          ({ stage: ref, operation }) => ref === stage.refId && operation !== 'describeCluster',
        );
        expect({ [printed(acted?.context['region'])]: [acted?.context['serverGroupName']] }).toEqual(written);
      }
    }
  });

  bothModes('has the tasks of the trace, in their order', async (mode) => {
    const [create] = trace;
    if (create === undefined) throw new Error('The trace has no stages.');
    const run = await runPipeline([{ ...contextAsWritten(create), type: create.type, refId: create.refId }], {
      mode,
      actors: cloudBefore().actors(),
    });
    for (const [index, stage] of stagesOf(run).entries()) {
      const theirs = (trace[index]?.tasks ?? [])
        .map(({ name }) => name)
        .filter((name) => !NOT_OURS.includes(name));
      const ours = stage.tasks.map(({ name }) => name).filter((name) => theirs.includes(name));
      expect(ours).toEqual(theirs);
    }
  });
});
