/** How the synthetic stages of a stage move on. Pure. */
import type { StageResult } from '#contracts/execution.ts';
import type { Failure } from '#contracts/failure.ts';
import { flagOf } from './stage-context.ts';
import { isComplete, isHalt, satisfiesRequisite } from './execution-status.ts';
import type { StageState, SyntheticPhase, SyntheticProgress } from './stage-state.ts';
import { stageChildId } from './child-id.ts';

export function syntheticsOf(state: StageState, phase: SyntheticPhase): SyntheticProgress[] {
  return state.synthetics.filter((synthetic) => synthetic.phase === phase);
}

/** Those that may start now. None once a sibling was halted or its ignored failure ended the row. */
export function startableSynthetics(state: StageState, phase: SyntheticPhase): SyntheticProgress[] {
  if (state.paused || rowEnded(state, phase)) return [];
  const statusOf = new Map(state.synthetics.map(({ refId, status }) => [refId, status]));
  return syntheticsOf(state, phase).filter(
    ({ status, requisites }) =>
      status === 'NOT_STARTED' &&
      requisites.every((refId) => satisfiesRequisite(statusOf.get(refId) ?? 'NOT_STARTED')),
  );
}

/** Whether no further sibling may start. */
export function rowEnded(state: StageState, phase: SyntheticPhase): boolean {
  return syntheticsOf(state, phase).some(({ status, context }) => {
    const siblingsGoOn = flagOf(context['allowSiblingStagesToContinueOnFailure']) === true;
    return isHalt(status) || (status === 'FAILED_CONTINUE' && !siblingsGoOn);
  });
}

export function rowHalted(state: StageState, phase: SyntheticPhase): boolean {
  return syntheticsOf(state, phase).some(({ status }) => isHalt(status));
}

/** Every synthetic stage of the phase is over, or will never start. */
export function rowDone(state: StageState, phase: SyntheticPhase): boolean {
  if (runningSynthetics(state).length > 0) return false;
  return rowEnded(state, phase) || syntheticsOf(state, phase).every(({ status }) => isComplete(status));
}

export function runningSynthetics(state: StageState): SyntheticProgress[] {
  return state.synthetics.filter(({ status }) => status === 'RUNNING');
}

export function markRunning(state: StageState, refIds: readonly string[]): StageState {
  return {
    ...state,
    synthetics: state.synthetics.map((synthetic) =>
      refIds.includes(synthetic.refId) ? { ...synthetic, status: 'RUNNING' as const } : synthetic,
    ),
  };
}

/** Takes in the result of a synthetic stage. */
export function recordSynthetic(state: StageState, childId: string, result: StageResult): StageState {
  const mine = state.synthetics.find((synthetic) => stageChildId(synthetic.refId) === childId);
  if (mine === undefined || isComplete(mine.status)) return state;
  const ended: SyntheticProgress = {
    ...mine,
    status: result.status,
    outputs: result.outputs,
    stranded: result.stranded ?? [],
    ...(result.failure ? { failure: result.failure } : {}),
  };
  return {
    ...state,
    synthetics: state.synthetics.map((synthetic) => (synthetic === mine ? ended : synthetic)),
    deployed: [...state.deployed, ...(result.deployedServerGroups ?? [])],
  };
}

/** The result of a stage whose actor broke. */
export function brokenStage(failure: Failure): StageResult {
  return { status: 'TERMINAL', outputs: {}, failure };
}
