import { describe, expect, it } from 'vitest';
import type { ExecutionStatus } from '#contracts/execution.ts';
import type { JsonObject } from '#contracts/json.ts';
import { judgedStage } from '#machines/orca/stage-events.ts';
import { initialStageState, type StageState, type SyntheticProgress } from '#machines/orca/stage-state.ts';
import { rowDone, rowEnded, startableSynthetics } from '#machines/orca/stage-synthetics.ts';
import { stageTypes } from '#machines/orca/stages/stage-types.ts';

type Sibling = { status: ExecutionStatus; requisites?: string[]; context?: JsonObject };

function stageWith(siblings: Sibling[], paused = false): StageState {
  const state = initialStageState(
    {
      executionId: 'x',
      application: 'myapp',
      user: 'ann',
      parameters: {},
      refId: 's',
      stage: { type: 'wait', waitTime: 1 },
      ancestorOutputs: {},
      stageStatuses: {},
      deployedServerGroups: [],
    },
    stageTypes,
  );
  const synthetics = siblings.map(({ status, requisites = [], context = {} }, index): SyntheticProgress => ({
    refId: `s>${index + 1}`,
    phase: 'after',
    type: 'wait',
    name: 'w',
    context,
    requisites,
    status,
    outputs: {},
    stranded: [],
  }));
  return { ...state, synthetics, paused };
}

const startable = (state: StageState) => startableSynthetics(state, 'after').map(({ refId }) => refId);

describe('synthetic stages in a row', () => {
  it('start one after the other', () => {
    const second: Sibling = { status: 'NOT_STARTED', requisites: ['s>1'] };
    expect(startable(stageWith([{ status: 'RUNNING' }, second]))).toEqual([]);
    expect(startable(stageWith([{ status: 'SUCCEEDED' }, second]))).toEqual(['s>2']);
  });

  it('do not start while the stage is paused', () => {
    expect(startable(stageWith([{ status: 'NOT_STARTED' }], true))).toEqual([]);
    expect(rowDone(stageWith([{ status: 'NOT_STARTED' }], true), 'after')).toBe(false);
  });

  it('end early when an ignored failure ends the row', () => {
    const row = stageWith([{ status: 'FAILED_CONTINUE' }, { status: 'NOT_STARTED', requisites: ['s>1'] }]);
    expect(rowEnded(row, 'after')).toBe(true);
    expect(startable(row)).toEqual([]);
    expect(rowDone(row, 'after')).toBe(true);
  });

  it('go on after an ignored failure that lets its siblings continue', () => {
    const context = { allowSiblingStagesToContinueOnFailure: true };
    const row = stageWith([
      { status: 'FAILED_CONTINUE', context },
      { status: 'NOT_STARTED', requisites: ['s>1'] },
    ]);
    expect(startable(row)).toEqual(['s>2']);
  });

  it('are not done while one runs', () => {
    expect(rowDone(stageWith([{ status: 'TERMINAL' }, { status: 'RUNNING' }]), 'after')).toBe(false);
  });
});

describe('a judgment', () => {
  it('goes to the synthetic stage it is for, or that is on the way to it', () => {
    const state = stageWith([{ status: 'SUCCEEDED' }, { status: 'RUNNING' }]);
    expect(judgedStage(state, 's>2')).toBe('s>2');
    expect(judgedStage(state, 's>2<1>3')).toBe('s>2');
    expect(judgedStage(state, 's>1')).toBeUndefined();
    expect(judgedStage(state, 's>21')).toBeUndefined();
    expect(judgedStage(state, 's')).toBeUndefined();
  });
});
