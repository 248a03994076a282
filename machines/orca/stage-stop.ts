/** How a stage stops before its end: by a cancel, its timeout, or the failure of a synthetic stage. Pure. */
import { Failure } from '#contracts/failure.ts';
import { failureStatus } from './execution-status.ts';
import { contextOf, flagsOf, NO_TASK, planSynthetics, type StageState } from './stage-state.ts';
import { printed } from './stage-context.ts';
import { finishOperations, settleTask } from './stage-tasks.ts';
import type { StageTypes } from './stage-type.ts';

/** Books what had been done when everything in flight has ended. */
export function bookStop(state: StageState, stageTypes: StageTypes): StageState {
  const results = Object.values(state.current.operations).map(({ result }) => result);
  const allSucceeded = results.length > 0 && results.every((result) => result?.status === 'succeeded');
  const booked =
    state.current.kind === 'operations' && allSucceeded
      ? settleTask(finishOperations(state, stageTypes))
      : state;
  const timedOut = state.stop?.cause === 'timeout';
  const status = timedOut ? failureStatus(flagsOf(state)) : 'CANCELED';
  return {
    ...booked,
    current: NO_TASK,
    paused: false,
    failure: booked.failure ?? (timedOut ? timeoutFailure(state) : null),
    tasks: booked.tasks.map((task) => (task.status === 'RUNNING' ? { ...task, status } : task)),
  };
}

function timeoutFailure(state: StageState): Failure {
  const { start, own } = state;
  const name = start.stage.name ?? start.stage.type;
  return {
    code: 'STAGE_TIMEOUT',
    message:
      `Stage '${name}' (${start.refId}) did not end within its stageTimeoutMs of ${printed(own['stageTimeoutMs'])} ms; ` +
      `what was in flight was stopped. Look at its running task, or raise stageTimeoutMs.`,
    kind: 'terminal',
  };
}

/** Starts what the stage type wants undone after a cancel; the state is unchanged when there is nothing. */
export function beginUndo(state: StageState, stageTypes: StageTypes): StageState {
  const onCancel = stageTypes.get(state.start.stage.type)?.onCancel;
  if (onCancel === undefined || state.planningFailed) return state;
  const calls = onCancel(contextOf(state));
  const operations = Object.fromEntries(calls.map((call, index) => [`undo-${index + 1}`, { call }]));
  return { ...state, current: { kind: 'operations', operations } };
}

/** Books what the undoing achieved: what could not be undone is stranded. */
export function bookUndo(state: StageState): StageState {
  const entries = Object.values(state.current.operations);
  const undone = entries
    .filter(({ result }) => result?.status === 'succeeded')
    .map(({ call }) => keyOf(call.context));
  const left = entries.filter(
    ({ result }) => result !== undefined && result.status !== 'succeeded' && !result.stranded,
  );
  return {
    ...state,
    current: NO_TASK,
    deployed: state.deployed.filter((key) => !undone.includes(key)),
    stranded: [
      ...state.stranded,
      ...left.map(({ call, result }) => ({
        kind: 'serverGroup',
        id: printed(call.context['serverGroupName']),
        account: printed(call.context['credentials']),
        region: printed(call.context['region']),
        reason: result?.failure?.message ?? 'It could not be removed after the cancel.',
      })),
    ],
  };
}

function keyOf(context: StageState['own']): string {
  return `${printed(context['credentials'])}:${printed(context['region'])}:${printed(context['serverGroupName'])}`;
}

/**
 * Plans the on-failure stages: none when one of the same name is over already.
 * Stages that were planned and never started are dropped.
 */
export function planOnFailure(state: StageState, stageTypes: StageTypes): StageState {
  const kept = { ...state, synthetics: state.synthetics.filter(({ status }) => status !== 'NOT_STARTED') };
  const planned = planSynthetics(kept, 'onFailure', stageTypes);
  const names = new Set(kept.synthetics.filter(({ phase }) => phase !== 'before').map(({ name }) => name));
  const again = planned.synthetics.some(({ phase, name }) => phase === 'onFailure' && names.has(name));
  return again ? kept : planned;
}

/** What an error event carries, as a failure. */
export function failureOf(error: unknown): Failure {
  const parsed = Failure.safeParse(error);
  if (parsed.success) return parsed.data;
  return { code: 'ACTOR_BROKEN', message: `A child ended with an error: ${String(error)}`, kind: 'terminal' };
}
