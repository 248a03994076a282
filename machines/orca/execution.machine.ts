/**
 * One run of a pipeline: starts each stage when its requisites allow it, and ends when nothing can move.
 *
 * A stage that halts the pipeline, and a cancel, stop every running stage and wait until each has undone what it
 * had in flight. While paused no stage starts and no time passes; cloud operations in flight go on.
 */
import { assign, enqueueActions, setup } from 'xstate';
import type { ExecutionView, StageResult, StartExecution, StartStage } from '#contracts/execution.ts';
import { durableActor } from '#machines/support/durable-actor.ts';
import { stageChildId } from './child-id.ts';
import {
  bookStage,
  executionView,
  initialExecutionState,
  judgedTopStage,
  markStarted,
  mustStop,
  runningStages,
  startableStages,
  startOfStage,
  statusNow,
  type ExecutionMachineEvent,
  type ExecutionState,
} from './execution-state.ts';
import { isComplete } from './execution-status.ts';

/** Rises with each incompatible change of the machine. */
export const EXECUTION_VERSION = 1;

const executionSetup = setup({
  types: {
    context: {} as ExecutionState,
    events: {} as ExecutionMachineEvent,
    input: {} as StartExecution,
    output: {} as ExecutionView,
  },
  actors: { stage: durableActor<StageResult, StartStage>({ type: 'stage' }) },
  guards: {
    mustStop: ({ context }) => mustStop(context) && runningStages(context).length > 0,
    canStart: ({ context }) => !mustStop(context) && startableStages(context).length > 0,
    canJudge: ({ context, event }) =>
      event.type === 'execution.judge' && judgedTopStage(context, event.stageRefId) !== undefined,
    isOver: ({ context }) => isComplete(statusNow(context)) && runningStages(context).length === 0,
  },
  actions: {
    bookStage: assign(({ context, event }) => bookStage(context, event)),
    startStages: enqueueActions(({ context, enqueue }) => {
      const startable = startableStages(context).map(({ refId }) => refId);
      const started = markStarted(context, startable);
      for (const refId of startable) {
        enqueue.spawnChild('stage', { id: stageChildId(refId), input: startOfStage(started, refId) });
      }
      enqueue.assign(started);
    }),
    pause: enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ paused: true });
      for (const { refId } of runningStages(context)) {
        enqueue.sendTo(stageChildId(refId), { type: 'stage.pause' });
      }
    }),
    resume: enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ paused: false });
      for (const { refId } of runningStages(context)) {
        enqueue.sendTo(stageChildId(refId), { type: 'stage.resume' });
      }
    }),
    judge: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'execution.judge') return;
      const refId = judgedTopStage(context, event.stageRefId);
      if (refId !== undefined) enqueue.sendTo(stageChildId(refId), { ...event, type: 'stage.judge' });
    }),
    bookCancel: assign(({ context, event }) =>
      event.type === 'execution.cancel'
        ? { cancellation: context.cancellation ?? { reason: event.reason, user: event.user } }
        : {},
    ),
    stopStages: enqueueActions(({ context, enqueue }) => {
      const { reason, user } = context.cancellation ?? {
        reason: 'Another stage halted the pipeline.',
        user: context.start.user,
      };
      for (const { refId } of runningStages(context)) {
        enqueue.sendTo(stageChildId(refId), { type: 'stage.cancel', reason, user });
      }
    }),
    conclude: assign(({ context }) => ({ status: statusNow(context), paused: false })),
  },
});

export const executionMachine = executionSetup.createMachine({
  id: 'execution',
  context: ({ input }) => initialExecutionState(input),
  output: ({ context }) => executionView(context),
  on: {
    'xstate.done.actor.*': { actions: 'bookStage' },
    'xstate.error.actor.*': { actions: 'bookStage' },
  },
  initial: 'running',
  states: {
    running: {
      description: 'Stages run; each one that ends may let others start.',
      on: {
        'execution.cancel': { target: 'stopping', actions: 'bookCancel' },
        'execution.pause': { target: 'paused', actions: 'pause' },
        'execution.judge': { guard: 'canJudge', actions: 'judge' },
      },
      always: [
        { guard: 'mustStop', target: 'stopping' },
        { guard: 'canStart', actions: 'startStages' },
        { guard: 'isOver', target: 'ended', actions: 'conclude' },
      ],
    },
    paused: {
      description: 'Nothing starts until resumed.',
      on: {
        'execution.cancel': { target: 'stopping', actions: 'bookCancel' },
        'execution.resume': { target: 'running', actions: 'resume' },
        'execution.judge': { guard: 'canJudge', actions: 'judge' },
      },
    },
    stopping: {
      description: 'Every running stage was asked to stop; this waits until it has.',
      entry: 'stopStages',
      on: { 'execution.cancel': { actions: 'bookCancel' } },
      always: { guard: 'isOver', target: 'ended', actions: 'conclude' },
    },
    ended: { type: 'final' },
  },
});
