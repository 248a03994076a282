/** How the tasks of a stage move on. Pure; a fault in a stage type's own function fails the task, never the actor. */
import type { Failure } from '#contracts/failure.ts';
import type { OperationResult } from '#contracts/operation.ts';
import type { WebhookResponse } from '#contracts/webhook.ts';
import { failureStatus } from './execution-status.ts';
import {
  contextOf,
  currentTask,
  flagsOf,
  NO_TASK,
  type CurrentTask,
  type StageState,
} from './stage-state.ts';
import { failureOfError } from './stage-failed.ts';
import type { Judgment, OperationCall, StageTypes, TaskResult } from './stage-type.ts';

/** Starts the next task. What can be decided at once is decided: the task is then `settled`. */
export function beginTask(state: StageState, stageTypes: StageTypes): StageState {
  const task = currentTask(state, stageTypes);
  const begun: StageState = {
    ...state,
    taskRun: state.taskRun + 1,
    tasks: state.tasks.map((entry, index) =>
      index === state.taskIndex ? { ...entry, status: 'RUNNING' as const } : entry,
    ),
  };
  if (task === undefined) {
    const name = state.tasks[state.taskIndex]?.name ?? '';
    return settled(begun, { status: 'TERMINAL', failure: taskUnknown(name) });
  }
  const context = contextOf(begun);
  return guarded(begun, () => {
    switch (task.kind) {
      case 'operations':
        return beginOperations(begun, task.operations(context), stageTypes);
      case 'timer': {
        const sleep = { remainingMs: Math.max(0, task.durationMs(context)), sinceMs: 0 };
        return {
          ...begun,
          sleep,
          current: { kind: 'timer', operations: {}, result: { status: 'SUCCEEDED' } },
        };
      }
      case 'result':
        return settled(begun, task.run(context));
      case 'webhook':
        task.request(context);
        return { ...begun, current: { kind: 'webhook', operations: {} } };
      case 'judgment':
        return { ...begun, current: { kind: 'judgment', operations: {} } };
    }
  });
}

function beginOperations(
  state: StageState,
  calls: readonly OperationCall[],
  stageTypes: StageTypes,
): StageState {
  const operations: CurrentTask['operations'] = {};
  calls.forEach((call, index) => {
    operations[`op-${state.taskRun}-${index + 1}`] = { call };
  });
  const current: CurrentTask = { kind: 'operations', operations };
  return calls.length === 0 ? finishOperations({ ...state, current }, stageTypes) : { ...state, current };
}

/** Takes in the result of one operation. A second one for the same child is ignored. */
export function recordOperation(state: StageState, childId: string, result: OperationResult): StageState {
  const entry = state.current.operations[childId];
  if (entry === undefined || entry.result !== undefined) return state;
  const operations = { ...state.current.operations, [childId]: { ...entry, result } };
  const stranded = [...state.stranded, ...(result.stranded ?? [])];
  return { ...state, stranded, current: { ...state.current, operations } };
}

/** The result of an operation whose actor broke: nothing is known but the failure. */
export function brokenOperation(failure: Failure): OperationResult {
  return { status: 'failed', outputs: {}, failure, history: [] };
}

export function operationsPending(state: StageState): string[] {
  return Object.entries(state.current.operations)
    .filter(([, { result }]) => result === undefined)
    .map(([childId]) => childId);
}

/** Turns the operations' results into the task's. The first that did not succeed decides. */
export function finishOperations(state: StageState, stageTypes: StageTypes): StageState {
  const task = currentTask(state, stageTypes);
  const results = Object.values(state.current.operations).flatMap(({ result }) => (result ? [result] : []));
  const bad = results.find((result) => result.status !== 'succeeded');
  if (bad !== undefined) {
    return settled(state, {
      status: bad.status === 'canceled' ? 'CANCELED' : 'TERMINAL',
      ...(bad.failure ? { failure: bad.failure } : {}),
    });
  }
  return guarded(state, () => {
    const onSuccess = task?.kind === 'operations' ? task.onSuccess : undefined;
    return settled(state, onSuccess?.(contextOf(state), results) ?? { status: 'SUCCEEDED' });
  });
}

export function finishJudgment(state: StageState, stageTypes: StageTypes): StageState {
  const task = currentTask(state, stageTypes);
  const { judgment } = state;
  if (judgment === null || task?.kind !== 'judgment') return state;
  return guarded({ ...state, judgment: null }, () =>
    settled({ ...state, judgment: null }, task.onJudged(contextOf(state), judgment)),
  );
}

export function finishWebhook(
  state: StageState,
  response: WebhookResponse,
  stageTypes: StageTypes,
): StageState {
  const task = currentTask(state, stageTypes);
  return guarded(state, () =>
    task?.kind === 'webhook' ? settled(state, task.onResponse(contextOf(state), response)) : state,
  );
}

/** Ends the task that is going on with a failure. */
export function failTask(state: StageState, failure: Failure): StageState {
  return settled(state, { status: 'TERMINAL', failure });
}

function settled(state: StageState, result: TaskResult): StageState {
  return { ...state, current: { ...state.current, kind: 'settled', result } };
}

function guarded(state: StageState, compute: () => StageState): StageState {
  try {
    return compute();
  } catch (error) {
    return failTask(state, failureOfError(error));
  }
}

function taskUnknown(name: string): Failure {
  return {
    code: 'STAGE_TASK_UNKNOWN',
    message: `The task '${name}' does not exist any more: its stage type changed. Start the execution again.`,
    kind: 'terminal',
  };
}

/** Books the result of the task and points to the next one. `RUNNING` stays on the task. */
export function settleTask(state: StageState): StageState {
  const result = state.current.result ?? { status: 'TERMINAL' };
  const own = { ...state.own, ...result.context };
  const merged: StageState = {
    ...state,
    own,
    outputs: { ...state.outputs, ...result.outputs },
    deployed: [...state.deployed, ...(result.deployedServerGroups ?? [])],
    current: NO_TASK,
  };
  if (result.status === 'RUNNING') {
    return { ...merged, sleep: { remainingMs: Math.max(0, result.againAfterMs ?? 0), sinceMs: 0 } };
  }
  const failed = result.status === 'TERMINAL' || result.status === 'CANCELED';
  const status = failed ? failureStatus(flagsOf(merged), result.status) : result.status;
  return {
    ...merged,
    tasks: merged.tasks.map((task, index) => (index === merged.taskIndex ? { ...task, status } : task)),
    taskIndex: merged.taskIndex + 1,
    failure: merged.failure ?? result.failure ?? null,
  };
}

/** The judge's decision waits in the state until the task looks at it. */
export function recordJudgment(state: StageState, judgment: Judgment): StageState {
  return state.current.kind === 'judgment' ? { ...state, judgment } : state;
}
