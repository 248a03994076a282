/** Random graphs: every stage runs at most once, only after its requisites, and the execution always ends. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExecutionView } from '#contracts/execution.ts';
import type { StageDefinition } from '#contracts/pipeline.ts';
import { satisfiesRequisite } from '#machines/orca/execution-status.ts';
import { validatePipeline } from '#machines/orca/validate-pipeline.ts';
import { executionDefinition, startOf, stagesOf, stageDefinition } from './pipeline-run.ts';
import { given } from '#test/support/machine-harness.ts';

const END_MS = 100 * 3_600_000;

/** Waits that succeed, and waits that time out, with each of the four kinds of flags. */
const stage = fc.record({
  seconds: fc.integer({ min: 0, max: 50 }),
  fails: fc.boolean(),
  flags: fc.constantFrom(
    {},
    { failPipeline: false },
    { failPipeline: false, completeOtherBranchesThenFail: true },
    { continuePipeline: true },
  ),
  requires: fc.array(fc.nat(), { maxLength: 3 }),
});

const pipelines = fc.array(stage, { minLength: 1, maxLength: 9 }).map((drawn) =>
  drawn.map(({ seconds, fails, flags, requires }, index): StageDefinition => {
    const requisites = index === 0 ? [] : [...new Set(requires.map((number) => String(number % index)))];
    const base = { refId: String(index), requisiteStageRefIds: requisites, ...flags };
    return fails
      ? { ...base, type: 'wait', waitTime: seconds + 10, stageTimeoutMs: 1_000 * (seconds + 1) }
      : { ...base, type: 'wait', waitTime: seconds };
  }),
);

describe('any pipeline', () => {
  it('runs each stage at most once, after its requisites, and ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        pipelines,
        fc.constantFrom('straight' as const, 'rehydrated' as const),
        async (stages, mode) => {
          expect(validatePipeline(startOf(stages).pipeline)).toEqual([]);
          const run = await given(executionDefinition, {
            mode,
            service: 'orca',
            id: 'x1',
            input: startOf(stages),
            others: [stageDefinition],
          });
          await run.advance(END_MS);
          const view = run.view().detail as unknown as ExecutionView;
          expect(run.status()).toBe('done');
          expect(['SUCCEEDED', 'TERMINAL']).toContain(view.status);

          const refIds = stagesOf(run).map(({ refId }) => refId);
          expect(new Set(refIds).size).toBe(refIds.length);
          const statusOf = new Map(view.stages.map(({ refId, status }) => [refId, status]));
          for (const { refId = '', requisiteStageRefIds = [] } of stages) {
            const started = refIds.includes(refId);
            const mayStart = requisiteStageRefIds.every((requisite) =>
              satisfiesRequisite(statusOf.get(requisite) ?? 'NOT_STARTED'),
            );
            if (started) {
              expect(mayStart).toBe(true);
              const before = requisiteStageRefIds.map((requisite) => refIds.indexOf(requisite));
              expect(Math.max(-1, ...before)).toBeLessThan(refIds.indexOf(refId));
            } else {
              expect(statusOf.get(refId)).toBe('NOT_STARTED');
              expect(mayStart && view.status === 'SUCCEEDED').toBe(false);
            }
            expect(statusOf.get(refId)).not.toBe('RUNNING');
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('ends CANCELED when it is cancelled at any time, and nothing runs afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(pipelines, fc.integer({ min: 0, max: 60_000 }), async (stages, atMs) => {
        const run = await given(executionDefinition, {
          service: 'orca',
          id: 'x1',
          input: startOf(stages),
          others: [stageDefinition],
        });
        await run.advance(atMs);
        const ended = run.status() === 'done';
        await run.send({ type: 'execution.cancel', reason: 'enough', user: 'ann' } as never);
        const view = run.view().detail as unknown as ExecutionView;
        expect(run.status()).toBe('done');
        if (!ended) expect(view.status).toBe('CANCELED');
        expect(run.tree().every(({ status }) => status === 'done')).toBe(true);
        expect(view.stages.some(({ status }) => status === 'RUNNING')).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});
