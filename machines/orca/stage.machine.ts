/**
 * One stage of an execution, of any type: the statechart that runs a {@link StageType}.
 *
 * before stages -> tasks in order -> after stages; on failure, on-failure stages instead of what is left.
 * Tasks live here and not in actors of their own; synthetic stages are `stage` actors again.
 * A cancel, a timeout or a failed sibling asks everything in flight to stop and waits for it.
 */
import { and, not } from 'xstate';
import { webhookRequest } from './stage-events.ts';
import { stageSetup } from './stage-setup.ts';
import { initialStageState, stageResultOf } from './stage-state.ts';
import { stageTypes } from './stages/stage-types.ts';

/** Rises with each incompatible change of the machine. */
export const STAGE_VERSION = 1;

const beforeStages = stageSetup.createStateConfig({
  description: 'Stages that must succeed before the first task.',
  always: [
    {
      guard: { type: 'siblingsMustStop', params: { phase: 'before' } },
      target: '#stage.stopping',
      actions: 'bookSibling',
    },
    { guard: { type: 'rowHalts', params: { phase: 'before' } }, target: '#stage.concluding' },
    {
      guard: { type: 'rowCanStart', params: { phase: 'before' } },
      actions: { type: 'startSynthetics', params: { phase: 'before' } },
    },
    { guard: { type: 'rowEndsEarly', params: { phase: 'before' } }, target: 'planningAfter' },
    { guard: { type: 'rowDone', params: { phase: 'before' } }, target: 'tasks' },
  ],
});

const afterStages = stageSetup.createStateConfig({
  description: 'Stages that run when the tasks are done; a deployment strategy lives here.',
  always: [
    {
      guard: { type: 'siblingsMustStop', params: { phase: 'after' } },
      target: '#stage.stopping',
      actions: 'bookSibling',
    },
    {
      guard: { type: 'rowCanStart', params: { phase: 'after' } },
      actions: { type: 'startSynthetics', params: { phase: 'after' } },
    },
    { guard: { type: 'rowDone', params: { phase: 'after' } }, target: '#stage.concluding' },
  ],
});

const tasks = stageSetup.createStateConfig({
  description: 'The tasks of the stage type, one after the other.',
  initial: 'choosing',
  states: {
    choosing: {
      always: [
        { guard: 'taskHalted', target: '#stage.concluding' },
        { guard: 'tasksDone', target: '#stage.active.work.planningAfter' },
        { guard: not('paused'), target: 'beginning', actions: 'beginTask' },
      ],
    },
    beginning: {
      always: [
        {
          guard: { type: 'taskIs', params: { kind: 'operations' } },
          target: 'operating',
          actions: 'startOperations',
        },
        { guard: { type: 'taskIs', params: { kind: 'timer' } }, target: 'sleeping' },
        { guard: { type: 'taskIs', params: { kind: 'judgment' } }, target: 'judging' },
        { guard: { type: 'taskIs', params: { kind: 'webhook' } }, target: 'calling' },
        { target: 'settling' },
      ],
    },
    operating: {
      description: 'Cloud operations are running; a pause lets them go on.',
      always: { guard: 'operationsDone', target: 'settling', actions: 'finishOperations' },
    },
    judging: { always: { guard: 'judged', target: 'settling', actions: 'finishJudgment' } },
    calling: {
      invoke: {
        id: 'webhook',
        src: 'webhook',
        input: ({ context }) => webhookRequest(context, stageTypes),
        onDone: {
          target: 'settling',
          actions: { type: 'finishWebhook', params: ({ event }) => ({ response: event.output }) },
        },
        onError: {
          target: 'settling',
          actions: { type: 'failTask', params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    settling: {
      entry: 'settleTask',
      always: [{ guard: 'taskRunsAgain', target: 'sleeping' }, { target: 'choosing' }],
    },
    sleeping: {
      description: 'Time passes, except while paused.',
      initial: 'ticking',
      states: {
        ticking: {
          entry: 'startSleep',
          after: {
            sleep: [
              {
                guard: { type: 'taskIs', params: { kind: 'timer' } },
                target: '#stage.active.work.tasks.settling',
              },
              { target: '#stage.active.work.tasks.choosing' },
            ],
          },
          on: { 'stage.pause': { target: 'held', actions: 'holdSleep' } },
        },
        held: { on: { 'stage.resume': 'ticking' } },
      },
    },
  },
});

const clock = stageSetup.createStateConfig({
  description: 'The stage timeout. Paused time does not count.',
  initial: 'starting',
  states: {
    starting: { always: [{ guard: 'hasTimeout', target: 'ticking' }, { target: 'untimed' }] },
    untimed: { on: { 'stage.pause': { target: 'held', actions: 'pause' } } },
    ticking: {
      entry: 'startTimeout',
      after: { stageTimeout: { target: '#stage.stopping', actions: 'bookTimeout' } },
      on: { 'stage.pause': { target: 'held', actions: ['holdTimeout', 'pause'] } },
    },
    held: { on: { 'stage.resume': { target: 'starting', actions: 'resume' } } },
  },
});

export const stageMachine = stageSetup.createMachine({
  id: 'stage',
  context: ({ input }) => initialStageState(input, stageTypes),
  output: ({ context }) => stageResultOf(context),
  on: {
    'xstate.done.actor.*': { actions: 'bookCompletion' },
    'xstate.error.actor.*': { actions: 'bookCompletion' },
    'stage.judge': { actions: 'judge' },
  },
  initial: 'active',
  states: {
    active: {
      type: 'parallel',
      on: { 'stage.cancel': { target: 'stopping', actions: 'bookCancel' } },
      states: {
        work: {
          initial: 'planning',
          states: {
            planning: {
              always: [{ guard: 'planningFailed', target: '#stage.concluding' }, { target: 'beforeStages' }],
            },
            beforeStages,
            tasks,
            planningAfter: {
              entry: 'planAfter',
              always: [{ guard: 'planningFailed', target: '#stage.concluding' }, { target: 'afterStages' }],
            },
            afterStages,
          },
        },
        clock,
      },
    },
    stopping: {
      description: 'Everything in flight was asked to stop; this waits until it has.',
      entry: 'askToStop',
      on: { 'stage.cancel': { actions: 'bookCancel' } },
      always: [
        {
          guard: and(['quiet', 'canceled']),
          target: 'undoing',
          actions: ['bookStop', 'beginUndo', 'startOperations'],
        },
        { guard: 'quiet', target: 'concluding', actions: 'bookStop' },
      ],
    },
    undoing: {
      description: 'A canceled stage removes what it created and had not yet verified.',
      always: { guard: 'operationsDone', target: 'ended', actions: ['bookUndo', 'conclude'] },
    },
    concluding: {
      always: [
        { guard: 'needsOnFailure', target: 'onFailure', actions: 'planOnFailure' },
        { target: 'ended', actions: 'conclude' },
      ],
    },
    onFailure: {
      description: 'Stages that clean up after a failure.',
      on: {
        'stage.cancel': { target: 'stopping', actions: 'bookCancel' },
        'stage.pause': { actions: 'pause' },
        'stage.resume': { actions: 'resume' },
      },
      always: [
        {
          guard: { type: 'rowCanStart', params: { phase: 'onFailure' } },
          actions: { type: 'startSynthetics', params: { phase: 'onFailure' } },
        },
        { guard: { type: 'rowDone', params: { phase: 'onFailure' } }, target: 'ended', actions: 'conclude' },
      ],
    },
    ended: { type: 'final' },
  },
});
