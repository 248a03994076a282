/** The events of a stage, and small decisions about them. Pure. */
import type { StageResult } from '#contracts/execution.ts';
import type { OperationResult } from '#contracts/operation.ts';
import type { WebhookRequest } from '#contracts/webhook.ts';
import { completedChildId } from './child-id.ts';
import { failureStatus, isHalt } from './execution-status.ts';
import { StageFailed } from './stage-failed.ts';
import { contextOf, currentTask, determineStatus, flagsOf, type StageState } from './stage-state.ts';
import { failureOf } from './stage-stop.ts';
import { brokenStage, recordSynthetic, runningSynthetics } from './stage-synthetics.ts';
import { brokenOperation, recordOperation } from './stage-tasks.ts';
import type { Judgment, StageTypes } from './stage-type.ts';

export type StageEvent =
  | { type: 'stage.cancel'; reason: string; user: string }
  | { type: 'stage.pause' }
  | { type: 'stage.resume' }
  | ({ type: 'stage.judge'; stageRefId: string } & Judgment)
  | { type: `xstate.done.actor.${string}`; output: unknown }
  | { type: `xstate.error.actor.${string}`; error: unknown };

/** Takes in the end of an operation or of a synthetic stage, good or bad. */
export function bookCompletion(state: StageState, event: StageEvent): StageState {
  const childId = completedChildId(event.type);
  const isStage = childId.startsWith('stage-');
  if ('output' in event) {
    return isStage
      ? recordSynthetic(state, childId, event.output as StageResult)
      : recordOperation(state, childId, event.output as OperationResult);
  }
  if (!('error' in event)) return state;
  const failure = failureOf(event.error);
  return isStage
    ? recordSynthetic(state, childId, brokenStage(failure))
    : recordOperation(state, childId, brokenOperation(failure));
}

/** The refId of the running synthetic stage that a judgment is for, or on the way to. */
export function judgedStage(state: StageState, refId: string): string | undefined {
  return runningSynthetics(state).find(
    (synthetic) =>
      refId === synthetic.refId ||
      refId.startsWith(`${synthetic.refId}<`) ||
      refId.startsWith(`${synthetic.refId}>`),
  )?.refId;
}

/** What the webhook task that is going on wants to be called. */
export function webhookRequest(state: StageState, stageTypes: StageTypes): WebhookRequest {
  const task = currentTask(state, stageTypes);
  if (task?.kind === 'webhook') return task.request(contextOf(state));
  throw new StageFailed('STAGE_TASK_UNKNOWN', 'The task that is going on calls no webhook.');
}

/** Final status. */
export function concluded(state: StageState): StageState {
  return { ...state, status: finalStatus(state) };
}

function finalStatus(state: StageState): StageState['status'] {
  if (state.stop?.cause === 'cancel') return 'CANCELED';
  if (state.stop?.cause === 'timeout') return failureStatus(flagsOf(state));
  return determineStatus(state);
}

/** On-failure stages run once, for a failure that halts; never for a cancel, nor when nothing could be planned. */
export function needsOnFailure(state: StageState): boolean {
  const status = finalStatus(state);
  const planned = state.synthetics.some(({ phase }) => phase === 'onFailure');
  return isHalt(status) && status !== 'CANCELED' && !state.planningFailed && !planned;
}
