/** The context of a stage machine, and how it is set up. */
import type { ExecutionStatus, StageResult, StageView, StartStage } from '#contracts/execution.ts';
import type { Failure } from '#contracts/failure.ts';
import type { JsonObject } from '#contracts/json.ts';
import type { OperationRequest, OperationResult, StrandedResource } from '#contracts/operation.ts';
import { nearestFirst } from './dag.ts';
import { resolveExpressions } from './expressions.ts';
import { failureStatus, stageStatus, type FailureFlags } from './execution-status.ts';
import { numberOf, stageContext, without, type StageContext } from './stage-context.ts';
import { failureOfError } from './stage-failed.ts';
import type { Judgment, OperationCall, StageTypes, TaskDefinition, TaskResult } from './stage-type.ts';

export type TaskProgress = { name: string; status: ExecutionStatus };

/** Why a stage exists: planned before or after its parent's tasks, or because the parent failed. */
export type SyntheticPhase = 'before' | 'after' | 'onFailure';

export type SyntheticProgress = {
  refId: string;
  phase: SyntheticPhase;
  type: string;
  name: string;
  context: JsonObject;
  requisites: string[];
  status: ExecutionStatus;
  outputs: JsonObject;
  stranded: StrandedResource[];
  failure?: Failure;
};

/** The task that is going on. */
export type CurrentTask = {
  kind: TaskDefinition['kind'] | 'settled';
  /** Operations by child id, in the order of the calls. */
  operations: Record<string, { call: OperationCall; result?: OperationResult }>;
  result?: TaskResult;
};

/** A stretch of time that does not pass while the stage is paused. */
export type Countdown = { remainingMs: number; sinceMs: number };

export type StopCause = { cause: 'cancel' | 'timeout' | 'sibling'; reason: string };

export type StageState = {
  start: StartStage;
  own: JsonObject;
  outputs: JsonObject;
  tasks: TaskProgress[];
  taskIndex: number;
  /** Rises with each task that begins; part of child ids. */
  taskRun: number;
  current: CurrentTask;
  sleep: Countdown;
  timeout: Countdown | null;
  synthetics: SyntheticProgress[];
  deployed: string[];
  paused: boolean;
  stop: StopCause | null;
  judgment: Judgment | null;
  planningFailed: boolean;
  failure: Failure | null;
  stranded: StrandedResource[];
  status: ExecutionStatus;
};

const STRUCTURE = ['type', 'name', 'refId', 'requisiteStageRefIds'];

/** A synthetic stage has its own flags and lives within its parent's time. */
const NOT_INHERITED = ['failPipeline', 'continuePipeline', 'completeOtherBranchesThenFail', 'stageTimeoutMs'];

export const NO_TASK: CurrentTask = { kind: 'settled', operations: {} };

/** First state of a stage. Never throws: what is wrong with the stage becomes its planning failure. */
export function initialStageState(start: StartStage, stageTypes: StageTypes): StageState {
  const written = without(start.stage as JsonObject, STRUCTURE);
  const resolution = resolveExpressions(written, start.parameters);
  const own = resolution.value as JsonObject;
  const state: StageState = {
    start,
    own,
    outputs: {},
    tasks: [],
    taskIndex: 0,
    taskRun: 0,
    current: NO_TASK,
    sleep: { remainingMs: 0, sinceMs: 0 },
    timeout: null,
    synthetics: [],
    deployed: [],
    paused: false,
    stop: null,
    judgment: null,
    planningFailed: false,
    failure: null,
    stranded: [],
    status: 'RUNNING',
  };
  const [problem] = resolution.problems;
  if (problem !== undefined) {
    return planningFailure(state, {
      code: problem.code,
      message: `${problem.message} ${problem.remedy} (at ${problem.place})`,
      kind: 'terminal',
    });
  }
  return planStage(state, stageTypes);
}

function planStage(state: StageState, stageTypes: StageTypes): StageState {
  const { type } = state.start.stage;
  const stageType = stageTypes.get(type);
  if (stageType === undefined) {
    return planningFailure(state, {
      code: 'STAGE_TYPE_UNKNOWN',
      message: `There is no stage type '${type}'. Known are: ${[...stageTypes.keys()].join(', ')}.`,
      kind: 'terminal',
    });
  }
  try {
    const own = stageType.prepare?.(state.own) ?? state.own;
    const timeoutMs = numberOf(own['stageTimeoutMs']) ?? 0;
    const timeout = timeoutMs > 0 ? { remainingMs: timeoutMs, sinceMs: 0 } : null;
    const planned = { ...state, own, timeout };
    const tasks = stageType
      .tasks(initialContext(planned))
      .map(({ name }) => ({ name, status: 'NOT_STARTED' as const }));
    return planSynthetics({ ...planned, tasks }, 'before', stageTypes);
  } catch (error) {
    return planningFailure(state, failureOfError(error));
  }
}

function planningFailure(state: StageState, failure: Failure): StageState {
  return { ...state, planningFailed: true, failure, status: failureStatus(flagsOf(state)) };
}

/** Adds the synthetic stages of a phase. A fault in planning them fails the stage. */
export function planSynthetics(state: StageState, phase: SyntheticPhase, stageTypes: StageTypes): StageState {
  const stageType = stageTypes.get(state.start.stage.type);
  const plan = stageType?.[phase];
  if (plan === undefined) return state;
  try {
    const { order, stages } = plan(contextOf(state));
    const mark = phase === 'before' ? '<' : '>';
    const isMine = (synthetic: SyntheticProgress): boolean =>
      (synthetic.phase === 'before') === (mark === '<');
    const taken = state.synthetics.filter(isMine).length;
    const planned = stages.map((stage, index): SyntheticProgress => {
      const refId = `${state.start.refId}${mark}${taken + index + 1}`;
      const previous = `${state.start.refId}${mark}${taken + index}`;
      const requisites = order === 'sequential' && index > 0 ? [previous] : [];
      return { ...stage, refId, phase, requisites, status: 'NOT_STARTED', outputs: {}, stranded: [] };
    });
    return { ...state, synthetics: [...state.synthetics, ...planned] };
  } catch (error) {
    return planningFailure(state, failureOfError(error));
  }
}

/** What tasks see. */
export function contextOf(state: StageState): StageContext {
  return stageContext({
    start: withDeployed(state),
    own: state.own,
    tasks: Object.fromEntries(state.tasks.map(({ name, status }) => [name, status])),
    created: state.deployed,
  });
}

/** A stage's own creations count as its ancestors' for everything it does afterwards. */
function withDeployed(state: StageState): StartStage {
  const deployedServerGroups = [...state.start.deployedServerGroups, ...state.deployed];
  return { ...state.start, deployedServerGroups };
}

/** The context as the stage was planned with; task lists depend on nothing else. */
function initialContext(state: StageState): StageContext {
  return stageContext({ start: state.start, own: state.own });
}

/** The task that is next or going on; undefined after the last. */
export function currentTask(state: StageState, stageTypes: StageTypes): TaskDefinition | undefined {
  const name = state.tasks[state.taskIndex]?.name;
  const tasks = stageTypes.get(state.start.stage.type)?.tasks(initialContext(state)) ?? [];
  return tasks[state.taskIndex]?.name === name
    ? tasks[state.taskIndex]
    : tasks.find((task) => task.name === name);
}

/** The "if stage fails" flags, after expressions. */
export function flagsOf(state: StageState): FailureFlags {
  return state.own as FailureFlags;
}

export function operationRequest(state: StageState, call: OperationCall): OperationRequest {
  const { start } = state;
  return {
    operation: call.operation,
    application: start.application,
    context: call.context,
    origin: {
      executionId: start.executionId,
      stageRefId: start.refId,
      stageType: start.stage.type,
      user: start.user,
    },
  };
}

/** Input of a synthetic stage: its siblings' outputs, then the parent's outputs and context, then the ancestors'. */
export function startOfSynthetic(state: StageState, synthetic: SyntheticProgress): StartStage {
  const { start } = state;
  const earlier = state.synthetics.slice(0, state.synthetics.indexOf(synthetic)).toReversed();
  return {
    ...withDeployed(state),
    refId: synthetic.refId,
    stage: { ...synthetic.context, type: synthetic.type, name: synthetic.name, refId: synthetic.refId },
    syntheticOwner: synthetic.phase === 'before' ? 'STAGE_BEFORE' : 'STAGE_AFTER',
    ancestorOutputs: nearestFirst([
      ...earlier.map((sibling) => sibling.outputs),
      state.outputs,
      without(state.own, NOT_INHERITED),
      start.ancestorOutputs,
    ]),
  };
}

/** Status by the rules, from what has run so far. */
export function determineStatus(state: StageState): ExecutionStatus {
  const statusesOf = (before: boolean): ExecutionStatus[] =>
    state.synthetics.filter(({ phase }) => (phase === 'before') === before).map(({ status }) => status);
  const status = stageStatus({
    flags: flagsOf(state),
    tasks: state.tasks.map((task) => task.status),
    before: statusesOf(true),
    after: statusesOf(false),
    planningFailed: state.planningFailed,
  });
  return status === 'NOT_STARTED' ? 'SKIPPED' : status;
}

export function stageResultOf(state: StageState): StageResult {
  const stranded = [...state.stranded, ...state.synthetics.flatMap((synthetic) => synthetic.stranded)];
  const failure = state.failure ?? state.synthetics.find((synthetic) => synthetic.failure)?.failure;
  return {
    status: state.status,
    outputs: without(state.outputs, ['stageTimeoutMs']),
    syntheticOutputs: nearestFirst(state.synthetics.map((synthetic) => synthetic.outputs)),
    deployedServerGroups: [...new Set(state.deployed)],
    ...(failure && state.status !== 'SUCCEEDED' ? { failure } : {}),
    ...(stranded.length > 0 ? { stranded } : {}),
  };
}

/** What anyone may see of a stage. */
export function stageView(state: StageState): StageView {
  const { failure, stranded } = stageResultOf(state);
  const { start } = state;
  return {
    kind: 'stage',
    refId: start.refId,
    type: start.stage.type,
    name: start.stage.name ?? start.stage.type,
    status: state.paused && state.status === 'RUNNING' ? 'PAUSED' : state.status,
    ...(start.syntheticOwner ? { syntheticOwner: start.syntheticOwner } : {}),
    tasks: state.tasks,
    ...(failure ? { failure } : {}),
    ...(Object.keys(state.outputs).length > 0 ? { outputs: state.outputs } : {}),
    ...(stranded ? { stranded } : {}),
  };
}
