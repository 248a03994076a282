/** Pipelines and stages of others: they plan to the graph that Spinnaker would run, or are refused with a reason. */
import { describe, expect, it } from 'vitest';
import { Pipeline } from '#contracts/pipeline.ts';
import { dagOf, findCycle } from '#machines/orca/dag.ts';
import { stageTypes } from '#machines/orca/stages/stage-types.ts';
import { validatePipeline } from '#machines/orca/validate-pipeline.ts';
import { corpusCase, type CorpusStage } from './corpus.ts';

const legacy = (corpusCase('07') as Record<string, unknown>[]).filter(
  (pipeline) => (pipeline['stages'] as unknown[]).length > 0,
);

describe('31 pipelines without refIds', () => {
  it('plan to one stage after the other', () => {
    expect(legacy.length).toBeGreaterThan(20);
    for (const written of legacy) {
      const pipeline = Pipeline.parse(written);
      const nodes = dagOf(pipeline.stages);
      expect(nodes.map(({ refId }) => refId)).toEqual(pipeline.stages.map((_, index) => String(index)));
      expect(nodes.map(({ requisites }) => requisites)).toEqual(
        pipeline.stages.map((_, index) => (index === 0 ? [] : [String(index - 1)])),
      );
      expect(findCycle(nodes)).toBeNull();
    }
  });

  it('are refused with the place of each stage type that is not offered', () => {
    for (const written of legacy) {
      const pipeline = Pipeline.parse(written);
      const unknown = pipeline.stages.flatMap(({ type }, index) =>
        stageTypes.has(type) ? [] : [`stages[${index}].type`],
      );
      const places = validatePipeline(pipeline).filter(({ code }) => code === 'STAGE_TYPE_UNKNOWN');
      expect(places.map(({ place }) => place)).toEqual(unknown);
    }
  });

  it('may start when they only wait', () => {
    const waits = legacy
      .map((written) => Pipeline.parse(written))
      .filter(({ stages }) => stages.every(({ type }) => type === 'wait'));
    expect(waits.length).toBeGreaterThan(0);
    for (const pipeline of waits) expect(validatePipeline(pipeline)).toEqual([]);
  });
});

describe('a canary pipeline with branches and joins', () => {
  const pipeline = Pipeline.parse(corpusCase('51'));

  it('keeps its graph', () => {
    const nodes = dagOf(pipeline.stages);
    expect(findCycle(nodes)).toBeNull();
    expect(nodes.map(({ refId, requisites }) => [refId, requisites])).toEqual(
      pipeline.stages.map((stage) => [stage.refId, stage.requisiteStageRefIds]),
    );
  });

  it('is refused for what is not offered, each with code, place and remedy', () => {
    const problems = validatePipeline(pipeline);
    expect(problems.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['STAGE_TYPE_UNKNOWN', 'STAGE_CONTEXT_UNSUPPORTED']),
    );
    for (const problem of problems) {
      expect(problem.place).toMatch(/^stages\[\d+\]/);
      expect(problem.remedy).not.toBe('');
    }
  });
});

describe('stages as they were before they ran', () => {
  const CASES = [
    { number: '84', type: 'shrinkCluster' },
    { number: '89', type: 'manualJudgment' },
  ];
  it.each(CASES)('$type is understood', ({ number, type }) => {
    const { stage } = (corpusCase(number) as { input: { stage: CorpusStage } }).input;
    expect(stage.type).toBe(type);
    expect(stageTypes.get(type)?.validate?.(stage.context)).toEqual([]);
  });

  it('a webhook without a URL is refused before it starts', () => {
    const { stage } = (corpusCase('90') as { input: { stage: CorpusStage } }).input;
    expect(stageTypes.get('webhook')?.validate?.(stage.context)).toMatchObject([{ place: 'url' }]);
  });
});
