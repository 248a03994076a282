/** The guards, delays and actions of the stage statechart: thin names over pure functions. */
import { assign, enqueueActions, setup } from 'xstate';
import type { StageResult, StartStage } from '#contracts/execution.ts';
import type { WebhookRequest, WebhookResponse } from '#contracts/webhook.ts';
import { activity } from '#machines/support/activity.ts';
import { durableActor } from '#machines/support/durable-actor.ts';
import { stepTimeMs } from '#machines/support/step-time.ts';
import { stageChildId } from './child-id.ts';
import { cloudOperationRunner } from './cloud-operation-runner.ts';
import { isHalt } from './execution-status.ts';
import { bookCompletion, concluded, judgedStage, needsOnFailure, type StageEvent } from './stage-events.ts';
import { operationRequest, determineStatus, planSynthetics } from './stage-state.ts';
import { startOfSynthetic, type StageState, type SyntheticPhase } from './stage-state.ts';
import { beginUndo, bookStop, bookUndo, failureOf, planOnFailure } from './stage-stop.ts';
import { markRunning, rowDone, rowEnded, rowHalted } from './stage-synthetics.ts';
import { runningSynthetics, startableSynthetics } from './stage-synthetics.ts';
import { beginTask, failTask, finishJudgment, finishOperations, finishWebhook } from './stage-tasks.ts';
import { operationsPending, recordJudgment, settleTask } from './stage-tasks.ts';
import { stageTypes } from './stages/stage-types.ts';

/** Long enough to bring a service back that answers with 5xx; `failFastStatusCodes` end it sooner. */
const WEBHOOK_OPTIONS = {
  scheduleToCloseMs: 3_600_000,
  startToCloseMs: 60_000,
  retry: { initialMs: 1_000, factor: 2, intervalMsMax: 30_000 },
};

export const stageSetup = setup({
  types: {
    context: {} as StageState,
    events: {} as StageEvent,
    input: {} as StartStage,
    output: {} as StageResult,
  },
  actors: {
    cloudOperation: cloudOperationRunner,
    stage: durableActor<StageResult, StartStage>({ type: 'stage' }),
    webhook: activity<WebhookResponse, WebhookRequest>('webhook', WEBHOOK_OPTIONS),
  },
  guards: {
    planningFailed: ({ context }) => context.planningFailed,
    paused: ({ context }) => context.paused,
    hasTimeout: ({ context }) => context.timeout !== null,
    taskHalted: ({ context }) => context.tasks.some(({ status }) => isHalt(status)),
    tasksDone: ({ context }) => context.taskIndex >= context.tasks.length,
    taskIs: ({ context }, params: { kind: string }) => context.current.kind === params.kind,
    taskRunsAgain: ({ context }) => context.tasks[context.taskIndex]?.status === 'RUNNING',
    operationsDone: ({ context }) => operationsPending(context).length === 0,
    judged: ({ context }) => context.judgment !== null && !context.paused,
    siblingsMustStop: ({ context }, params: { phase: SyntheticPhase }) =>
      rowHalted(context, params.phase) && runningSynthetics(context).length > 0,
    rowHalts: ({ context }, params: { phase: SyntheticPhase }) =>
      rowHalted(context, params.phase) && isHalt(determineStatus(context)),
    rowEndsEarly: ({ context }, params: { phase: SyntheticPhase }) =>
      rowEnded(context, params.phase) && rowDone(context, params.phase),
    rowCanStart: ({ context }, params: { phase: SyntheticPhase }) =>
      startableSynthetics(context, params.phase).length > 0,
    rowDone: ({ context }, params: { phase: SyntheticPhase }) => rowDone(context, params.phase),
    quiet: ({ context }) =>
      operationsPending(context).length === 0 && runningSynthetics(context).length === 0,
    canceled: ({ context }) => context.stop?.cause === 'cancel',
    needsOnFailure: ({ context }) => needsOnFailure(context),
  },
  delays: {
    sleep: ({ context }) => context.sleep.remainingMs,
    stageTimeout: ({ context }) => context.timeout?.remainingMs ?? 0,
  },
  actions: {
    bookCompletion: assign(({ context, event }) => bookCompletion(context, event)),
    beginTask: assign(({ context }) => beginTask(context, stageTypes)),
    startOperations: enqueueActions(({ context, enqueue }) => {
      for (const [id, { call }] of Object.entries(context.current.operations)) {
        enqueue.spawnChild('cloudOperation', { id, input: operationRequest(context, call) });
      }
    }),
    finishOperations: assign(({ context }) => finishOperations(context, stageTypes)),
    finishJudgment: assign(({ context }) => finishJudgment(context, stageTypes)),
    finishWebhook: assign(({ context }, params: { response: WebhookResponse }) =>
      finishWebhook(context, params.response, stageTypes),
    ),
    failTask: assign(({ context }, params: { error: unknown }) => failTask(context, failureOf(params.error))),
    settleTask: assign(({ context }) => settleTask(context)),
    startSynthetics: enqueueActions(({ context, enqueue }, params: { phase: SyntheticPhase }) => {
      const startable = startableSynthetics(context, params.phase);
      for (const synthetic of startable) {
        const input = startOfSynthetic(context, synthetic);
        enqueue.spawnChild('stage', { id: stageChildId(synthetic.refId), input });
      }
      enqueue.assign(
        markRunning(
          context,
          startable.map(({ refId }) => refId),
        ),
      );
    }),
    planAfter: assign(({ context }) => planSynthetics(context, 'after', stageTypes)),
    planOnFailure: assign(({ context }) => planOnFailure(context, stageTypes)),
    startSleep: assign(({ context, system }) => ({
      sleep: { ...context.sleep, sinceMs: stepTimeMs({ system }) },
    })),
    holdSleep: assign(({ context, system }) => ({
      sleep: remaining(context.sleep, stepTimeMs({ system })),
    })),
    startTimeout: assign(({ context, system }) => ({
      timeout: context.timeout && { ...context.timeout, sinceMs: stepTimeMs({ system }) },
    })),
    holdTimeout: assign(({ context, system }) => ({
      timeout: context.timeout && remaining(context.timeout, stepTimeMs({ system })),
    })),
    pause: enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ paused: true });
      for (const { refId } of runningSynthetics(context)) {
        enqueue.sendTo(stageChildId(refId), { type: 'stage.pause' });
      }
    }),
    resume: enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ paused: false });
      for (const { refId } of runningSynthetics(context)) {
        enqueue.sendTo(stageChildId(refId), { type: 'stage.resume' });
      }
    }),
    judge: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'stage.judge') return;
      const synthetic = judgedStage(context, event.stageRefId);
      if (synthetic !== undefined) enqueue.sendTo(stageChildId(synthetic), event);
      else if (event.stageRefId === context.start.refId) enqueue.assign(recordJudgment(context, event));
    }),
    bookCancel: assign(({ event }) =>
      event.type === 'stage.cancel' ? { stop: { cause: 'cancel' as const, reason: event.reason } } : {},
    ),
    bookTimeout: assign({ stop: { cause: 'timeout' as const, reason: 'The stage timed out.' } }),
    bookSibling: assign({ stop: { cause: 'sibling' as const, reason: 'Another part of the stage failed.' } }),
    askToStop: enqueueActions(({ context, enqueue }) => {
      const reason = context.stop?.reason ?? '';
      const user = context.start.user;
      for (const id of operationsPending(context)) enqueue.sendTo(id, { type: 'operation.cancel', reason });
      for (const { refId } of runningSynthetics(context)) {
        enqueue.sendTo(stageChildId(refId), { type: 'stage.cancel', reason, user });
      }
    }),
    bookStop: assign(({ context }) => bookStop(context, stageTypes)),
    beginUndo: assign(({ context }) => beginUndo(context, stageTypes)),
    bookUndo: assign(({ context }) => bookUndo(context)),
    conclude: assign(({ context }) => concluded(context)),
  },
});

/** What is left of a countdown at a time. */
function remaining(countdown: StageState['sleep'], nowMs: number): StageState['sleep'] {
  const passedMs = Math.max(0, nowMs - countdown.sinceMs);
  return { remainingMs: Math.max(0, countdown.remainingMs - passedMs), sinceMs: nowMs };
}
