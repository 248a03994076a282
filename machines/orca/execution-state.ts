/** The context of an execution machine: the graph, what each stage came to, and who asked for what. Pure. */
import type {
  ExecutionEvent,
  ExecutionStatus,
  ExecutionView,
  StageResult,
  StartExecution,
  StartStage,
} from '#contracts/execution.ts';
import type { Failure } from '#contracts/failure.ts';
import type { JsonObject } from '#contracts/json.ts';
import type { StrandedResource } from '#contracts/operation.ts';
import type { StageDefinition } from '#contracts/pipeline.ts';
import { completedChildId, stageChildId } from './child-id.ts';
import { ancestorsOf, dagOf, nearestFirst, type DagNode } from './dag.ts';
import { executionStatus, isComplete, isHalt, satisfiesRequisite } from './execution-status.ts';
import { resolveExpressions } from './expressions.ts';
import { failureOf } from './stage-stop.ts';
import { brokenStage } from './stage-synthetics.ts';

/** What became of one of the user's own stages. */
export type StageProgress = {
  refId: string;
  requisites: string[];
  status: ExecutionStatus;
  outputs: JsonObject;
  syntheticOutputs: JsonObject;
  deployed: string[];
  stranded: StrandedResource[];
  failure?: Failure;
};

export type ExecutionState = {
  start: StartExecution;
  stages: StageProgress[];
  paused: boolean;
  cancellation: { reason: string; user: string } | null;
  status: ExecutionStatus;
};

export type ExecutionMachineEvent =
  | ExecutionEvent
  | { type: `xstate.done.actor.${string}`; output: unknown }
  | { type: `xstate.error.actor.${string}`; error: unknown };

export function initialExecutionState(start: StartExecution): ExecutionState {
  const stages = dagOf(start.pipeline.stages).map(({ refId, requisites }): StageProgress => ({
    refId,
    requisites: [...requisites],
    status: 'NOT_STARTED',
    outputs: {},
    syntheticOutputs: {},
    deployed: [],
    stranded: [],
  }));
  return { start, stages, paused: false, cancellation: null, status: 'RUNNING' };
}

/** Stages whose requisites are all satisfied and that have not started. */
export function startableStages(state: ExecutionState): StageProgress[] {
  const statusOf = new Map(state.stages.map(({ refId, status }) => [refId, status]));
  return state.stages.filter(
    ({ status, requisites }) =>
      status === 'NOT_STARTED' &&
      requisites.every((refId) => satisfiesRequisite(statusOf.get(refId) ?? 'NOT_STARTED')),
  );
}

export function runningStages(state: ExecutionState): StageProgress[] {
  return state.stages.filter(({ status }) => status === 'RUNNING');
}

export function markStarted(state: ExecutionState, refIds: readonly string[]): ExecutionState {
  return {
    ...state,
    stages: state.stages.map((stage) =>
      refIds.includes(stage.refId) ? { ...stage, status: 'RUNNING' as const } : stage,
    ),
  };
}

/** Input of a stage actor. */
export function startOfStage(state: ExecutionState, refId: string): StartStage {
  const { start } = state;
  const index = state.stages.findIndex((stage) => stage.refId === refId);
  const stage = start.pipeline.stages[index] ?? { type: 'unknown' };
  const ancestors = ancestorsIn(state, refId);
  return {
    executionId: start.executionId,
    application: start.pipeline.application,
    user: start.user,
    parameters: start.parameters,
    refId,
    stage: { ...stage, name: nameOf(stage, start.parameters) } as StageDefinition,
    ancestorOutputs: nearestFirst(ancestors.outputs),
    stageStatuses: Object.fromEntries(
      state.stages.map(({ status }, position) => {
        const definition = start.pipeline.stages[position] ?? { type: '' };
        return [nameOf(definition, start.parameters), status];
      }),
    ),
    deployedServerGroups: ancestors.deployed,
  };
}

/** The ancestors' outputs, nearest first: of each level the stages, then their synthetic stages. */
function ancestorsIn(state: ExecutionState, refId: string): { outputs: JsonObject[]; deployed: string[] } {
  const byRef = new Map(state.stages.map((stage) => [stage.refId, stage]));
  const nodes: DagNode[] = state.stages;
  const levels = ancestorsOf(refId, nodes).map((level) =>
    level.flatMap((ancestor) => {
      const stage = byRef.get(ancestor);
      return stage === undefined ? [] : [stage];
    }),
  );
  return {
    outputs: levels.flatMap((level) => [
      ...level.map((stage) => stage.outputs),
      ...level.map((stage) => stage.syntheticOutputs),
    ]),
    deployed: [...new Set(levels.flat().flatMap((stage) => stage.deployed))],
  };
}

function nameOf(stage: StageDefinition, parameters: JsonObject): string {
  const name = stage.name ?? stage.type;
  const { value, problems } = resolveExpressions(name, parameters);
  return problems.length === 0 && typeof value === 'string' ? value : name;
}

/** Takes in the end of a stage, good or bad. */
export function bookStage(state: ExecutionState, event: ExecutionMachineEvent): ExecutionState {
  const childId = completedChildId(event.type);
  const stage = state.stages.find(({ refId }) => stageChildId(refId) === childId);
  if (stage === undefined || isComplete(stage.status)) return state;
  const result = 'output' in event ? (event.output as StageResult) : brokenResult(event);
  const ended: StageProgress = {
    ...stage,
    status: result.status,
    outputs: result.outputs,
    syntheticOutputs: result.syntheticOutputs ?? {},
    deployed: result.deployedServerGroups ?? [],
    stranded: result.stranded ?? [],
    ...(result.failure ? { failure: result.failure } : {}),
  };
  return { ...state, stages: state.stages.map((entry) => (entry === stage ? ended : entry)) };
}

function brokenResult(event: ExecutionMachineEvent): StageResult {
  return brokenStage(failureOf('error' in event ? event.error : undefined));
}

/** Status by the rules; `RUNNING` while something can still move. */
export function statusNow(state: ExecutionState): ExecutionStatus {
  if (state.cancellation !== null) return 'CANCELED';
  const flags = state.start.pipeline.stages;
  const branches = state.stages.map(({ status }, index) => ({ status, flags: flags[index] ?? {} }));
  return executionStatus(branches, runningStages(state).length > 0 || startableStages(state).length > 0);
}

/** The whole execution has to end: a cancel, or a stage that halts everything. */
export function mustStop(state: ExecutionState): boolean {
  return isHalt(statusNow(state));
}

/**
 * The user's own stage that a judgment is for, or on the way to: `3>1` belongs to `3`.
 * Undefined when it is not running, or is no judgment.
 */
export function judgedTopStage(state: ExecutionState, refId: string): string | undefined {
  const [top] = refId.split(/[<>]/, 1);
  const found = runningStages(state).find((stage) => stage.refId === top);
  const definition = state.start.pipeline.stages[state.stages.findIndex((stage) => stage === found)];
  const waits = top !== refId || definition?.type === 'manualJudgment';
  return waits ? found?.refId : undefined;
}

/** What anyone may see of an execution. */
export function executionView(state: ExecutionState): ExecutionView {
  const { start, stages } = state;
  const failure = stages.find((stage) => stage.failure !== undefined && isHalt(stage.status))?.failure;
  const stranded = stages.flatMap((stage) => stage.stranded);
  return {
    kind: 'execution',
    executionId: start.executionId,
    requestId: start.requestId,
    application: start.pipeline.application,
    name: start.pipeline.name,
    user: start.user,
    status: state.paused && state.status === 'RUNNING' ? 'PAUSED' : state.status,
    stages: stages.map(({ refId, status }, index) => {
      const definition = start.pipeline.stages[index] ?? { type: 'unknown' };
      return { refId, type: definition.type, name: nameOf(definition, start.parameters), status };
    }),
    ...(failure && state.status !== 'SUCCEEDED' ? { failure } : {}),
    ...(state.cancellation ? { cancellation: state.cancellation } : {}),
    ...(stranded.length > 0 ? { stranded } : {}),
  };
}
