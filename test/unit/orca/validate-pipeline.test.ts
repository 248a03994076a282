import { describe, expect, it } from 'vitest';
import type { Pipeline, StageDefinition } from '#contracts/pipeline.ts';
import { planExecution } from '#machines/orca/plan-execution.ts';
import { PIPELINE_CHARS_MAX, validatePipeline, validateRequest } from '#machines/orca/validate-pipeline.ts';

const wait = (refId: string, ...requisiteStageRefIds: string[]): StageDefinition => ({
  type: 'wait',
  refId,
  requisiteStageRefIds,
  waitTime: 1,
});

function aPipeline(stages: StageDefinition[], fields: Partial<Pipeline> = {}): Pipeline {
  return { application: 'myapp', name: 'p', stages, ...fields } as Pipeline;
}

function faults(stages: StageDefinition[]) {
  return validatePipeline(aPipeline(stages)).map(({ code, place }) => [code, place]);
}

describe('validatePipeline', () => {
  it('accepts a sound graph', () => {
    expect(faults([wait('1'), wait('2', '1'), wait('3', '1'), wait('4', '2', '3')])).toEqual([]);
  });

  it.each<[string, StageDefinition[], [string, string][]]>([
    ['an unknown stage type', [{ type: 'teleport' }], [['STAGE_TYPE_UNKNOWN', 'stages[0].type']]],
    ['a duplicate refId', [wait('1'), wait('1')], [['STAGE_REF_ID_DUPLICATE', 'stages[1].refId']]],
    [
      'a missing refId',
      [wait('1'), { type: 'wait', waitTime: 1 }],
      [['STAGE_REF_ID_MISSING', 'stages[1].refId']],
    ],
    ['a refId of the synthetic kind', [wait('1<1')], [['STAGE_REF_ID_INVALID', 'stages[0].refId']]],
    [
      'an unknown requisite',
      [wait('1'), wait('2', '1', '9')],
      [['STAGE_REQUISITE_UNKNOWN', 'stages[1].requisiteStageRefIds[1]']],
    ],
    [
      'a cycle',
      [wait('1'), wait('2', '3'), wait('3', '2')],
      [['STAGE_CYCLE', 'stages[1].requisiteStageRefIds']],
    ],
    ['a wait without a time', [{ type: 'wait' }], [['STAGE_CONTEXT_INVALID', 'stages[0].waitTime']]],
    ['a negative wait', [{ type: 'wait', waitTime: -1 }], [['STAGE_CONTEXT_INVALID', 'stages[0].waitTime']]],
    [
      'an unsupported expression',
      [{ type: 'wait', waitTime: '${#toInt("5")}' }],
      [['EXPRESSION_UNSUPPORTED', 'stages[0].waitTime']],
    ],
    [
      'a condition that would be passed over',
      [{ type: 'wait', waitTime: 1, stageEnabled: { type: 'expression', expression: 'false' } }],
      [['STAGE_CONTEXT_UNSUPPORTED', 'stages[0].stageEnabled']],
    ],
    [
      'an unknown strategy in a cluster',
      [
        {
          type: 'deploy',
          clusters: [
            { account: 'a', region: 'r' },
            { account: 'a', region: 'r', strategy: 'monitored' },
          ],
        },
      ],
      [['STAGE_CONTEXT_INVALID', 'stages[0].clusters[1].strategy']],
    ],
    ['a deploy of nothing', [{ type: 'deploy' }], [['STAGE_CONTEXT_INVALID', 'stages[0].clusters']]],
    [
      'a precondition that is not supported',
      [
        {
          type: 'checkPreconditions',
          preconditions: [{ type: 'expression', context: { expression: '1 == 1' } }],
        },
      ],
      [['STAGE_CONTEXT_INVALID', 'stages[0].preconditions[0].context.expression']],
    ],
    ['a webhook without a URL', [{ type: 'webhook' }], [['STAGE_CONTEXT_INVALID', 'stages[0].url']]],
    [
      'a judgment for certain roles',
      [{ type: 'manualJudgment', selectedStageRoles: ['sre'] }],
      [['STAGE_CONTEXT_INVALID', 'stages[0].selectedStageRoles']],
    ],
  ])('refuses %s', (_what, stages, expected) => {
    expect(faults(stages)).toEqual(expected);
  });

  it('names the stages of a cycle', () => {
    const [problem] = validatePipeline(aPipeline([wait('2', '3'), wait('3', '2')]));
    expect(problem?.message).toBe('The stages wait for each other: 2 -> 3 -> 2.');
  });

  it('refuses what could not be stored', () => {
    const huge = aPipeline([wait('1')], { description: 'x'.repeat(PIPELINE_CHARS_MAX) });
    expect(validatePipeline(huge)).toMatchObject([{ code: 'PIPELINE_TOO_LARGE', place: '$' }]);
  });

  it('leaves a declared parameter open until there is a request', () => {
    const parameterConfig = [{ name: 'pause', required: true }];
    const pipeline = aPipeline([{ type: 'wait', waitTime: '${parameters.pause}' }], { parameterConfig });
    expect(validatePipeline(pipeline)).toEqual([]);
    expect(validateRequest({ pipeline, parameters: { pause: 5 } })).toEqual([]);
    expect(validateRequest({ pipeline })).toMatchObject([
      { code: 'PARAMETER_MISSING', place: 'parameters.pause' },
    ]);
    expect(validateRequest({ pipeline, parameters: { pause: 'soon' } })).toMatchObject([
      { place: 'stages[0].waitTime' },
    ]);
  });

  it('has a message and a remedy for each problem', () => {
    const stages = [
      { type: 'deploy', refId: '1', clusters: [{}] },
      { type: 'resizeServerGroup', refId: '2', action: 'x' },
    ];
    const problems = validatePipeline(aPipeline(stages));
    expect(problems.length).toBeGreaterThan(4);
    for (const { message, remedy } of problems) expect([message, remedy]).not.toContain('');
  });
});

describe('planExecution', () => {
  it('fills in the defaults of parameters that were not given', () => {
    const pipeline = aPipeline([wait('1')], {
      parameterConfig: [{ name: 'a', default: 1 }, { name: 'b', default: 2 }, { name: 'c' }],
    });
    expect(
      planExecution(
        { pipeline, parameters: { b: 3, d: 4 }, user: 'ann' },
        { executionId: 'x', requestId: 'r' },
      ),
    ).toEqual({
      executionId: 'x',
      requestId: 'r',
      pipeline,
      parameters: { a: 1, b: 3, d: 4 },
      user: 'ann',
    });
  });
});
