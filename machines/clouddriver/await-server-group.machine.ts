/**
 * The operation `awaitServerGroup`: looks, waits on a durable timer, looks again, until the condition holds.
 *
 * Changes nothing, so a cancel is honoured at once. A server group that should be up but is not there at several
 * looks is a failure: waiting longer would not bring it back.
 */
import { assign, setup } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import type { Failure } from '#contracts/failure.ts';
import type { OperationView } from '#contracts/execution.ts';
import { OperationRequest, type OperationResult } from '#contracts/operation.ts';
import { CLOUD_ACTIVITIES } from '#contracts/operations/cloud-activity.contract.ts';
import { AwaitServerGroup } from '#contracts/server-group.ts';
import type { AccountDirectory } from './account-directory.ts';
import { judge } from './await-condition.ts';
import { cloudActivity } from './cloud-activities.ts';
import { fieldErrors } from './resolve/context-fields.ts';
import { findPlace, invalidOperation, invalidRequest } from './resolve/rejection.ts';
import { failureFrom, told } from './saga/saga-context.ts';

export type AwaitTimings = {
  /** First wait between looks, in milliseconds; each later one is longer by `factor`, up to `pollMsMax`. */
  pollMs: number;
  pollMsMax: number;
  factor: number;
};

export const AWAIT_TIMINGS: AwaitTimings = { pollMs: 1_000, pollMsMax: 15_000, factor: 1.3 };

/** Looks in a row that must find nothing before a server group counts as gone. */
const ABSENT_LOOKS_MAX = 5;

const DESCRIPTION = 'awaitServerGroupDescription';

/** What nothing was asked for; only the failure of such an operation is ever read. */
const NOTHING: AwaitServerGroup = {
  credentials: '',
  region: '',
  serverGroupName: '',
  condition: 'absent',
  targetHealthyDeployPercentage: 100,
  timeoutMs: 1,
};

export type AwaitContext = {
  wanted: AwaitServerGroup;
  waitMs: number;
  isMet: boolean;
  absentLooks: number;
  lastLine: string;
  failure: Failure | null;
  status: OperationView['status'];
  history: string[];
};

type AwaitEvent = { type: 'operation.cancel'; reason?: unknown };

/** Types, slots, guards and small actions of the machine. */
function awaitSetup() {
  return setup({
    types: {} as { context: AwaitContext; input: unknown; output: OperationResult; events: AwaitEvent },
    actors: { describeServerGroup: cloudActivity('describeServerGroup') },
    guards: {
      rejected: ({ context }) => context.failure !== null,
      isMet: ({ context }) => context.isMet,
      isLost: ({ context }) =>
        context.wanted.condition !== 'absent' && context.absentLooks >= ABSENT_LOOKS_MAX,
    },
    delays: {
      untilNextLook: ({ context }) => context.waitMs,
      patience: ({ context }) => context.wanted.timeoutMs,
    },
    actions: {
      fail: assign((_, { failure }: { failure: Failure }) => ({ failure })),
      end: assign(({ context }, { status }: { status: OperationView['status'] }) => ({
        status,
        history: told(context.history, endLines(context, status)),
      })),
    },
  });
}

export function awaitServerGroupMachine(options: {
  accounts: AccountDirectory;
  timings?: AwaitTimings;
}): AnyStateMachine {
  const timings = options.timings ?? AWAIT_TIMINGS;
  return awaitSetup().createMachine({
    id: 'awaitServerGroup',
    context: ({ input }) => resolve(input, { accounts: options.accounts, timings }),
    initial: 'resolving',
    on: { 'operation.cancel': '.canceled' },
    states: {
      resolving: { always: [{ guard: 'rejected', target: 'failed' }, { target: 'watching' }] },
      watching: {
        initial: 'looking',
        after: {
          patience: {
            target: 'failed',
            actions: { type: 'fail', params: ({ context }) => ({ failure: timedOut(context) }) },
          },
        },
        states: {
          looking: {
            invoke: {
              id: 'look',
              src: 'describeServerGroup',
              input: ({ context: { wanted } }) => ({
                account: wanted.credentials,
                region: wanted.region,
                serverGroupName: wanted.serverGroupName,
              }),
              onDone: {
                target: 'judging',
                actions: assign(({ context, event }) => judged(context, event.output)),
              },
              onError: {
                target: '#awaitServerGroup.failed',
                actions: { type: 'fail', params: ({ event }) => ({ failure: failureFrom(event.error) }) },
              },
            },
          },
          judging: {
            always: [
              { guard: 'isMet', target: '#awaitServerGroup.succeeded' },
              {
                guard: 'isLost',
                target: '#awaitServerGroup.failed',
                actions: { type: 'fail', params: ({ context }) => ({ failure: lost(context) }) },
              },
              { target: 'waiting' },
            ],
          },
          waiting: {
            after: {
              untilNextLook: {
                target: 'looking',
                actions: assign(({ context }) => ({
                  waitMs: Math.min(Math.round(context.waitMs * timings.factor), timings.pollMsMax),
                })),
              },
            },
          },
        },
      },
      succeeded: { type: 'final', entry: { type: 'end', params: { status: 'succeeded' } } },
      failed: { type: 'final', entry: { type: 'end', params: { status: 'failed' } } },
      canceled: { type: 'final', entry: { type: 'end', params: { status: 'canceled' } } },
    },
    output: ({ context }) => awaitResult(context),
  });
}

export function awaitView({ context }: { context: AwaitContext }): OperationView {
  const { wanted, failure } = context;
  return {
    kind: 'operation',
    operation: 'awaitServerGroup',
    account: wanted.credentials,
    region: wanted.region,
    target: wanted.serverGroupName,
    status: context.status,
    history: context.lastLine === '' ? context.history : [...context.history, context.lastLine],
    ...(failure ? { failure } : {}),
  };
}

function resolve(input: unknown, args: { accounts: AccountDirectory; timings: AwaitTimings }): AwaitContext {
  const resolved = wantedOf(input, args.accounts);
  const isValid = 'credentials' in resolved;
  return {
    wanted: isValid ? resolved : NOTHING,
    waitMs: args.timings.pollMs,
    isMet: false,
    absentLooks: 0,
    lastLine: '',
    failure: isValid ? null : resolved,
    status: 'running',
    history: isValid ? [`Waiting until ${resolved.serverGroupName} is ${resolved.condition}`] : [],
  };
}

function wantedOf(input: unknown, accounts: AccountDirectory): AwaitServerGroup | Failure {
  const request = OperationRequest.safeParse(input);
  if (!request.success) return invalidRequest('awaitServerGroup', request.error);
  const wanted = AwaitServerGroup.safeParse(request.data.context);
  if (!wanted.success) return invalidOperation('awaitServerGroup', fieldErrors(DESCRIPTION, wanted.error));
  const { credentials, region } = wanted.data;
  const place = findPlace({ account: credentials, region }, { accounts, description: DESCRIPTION });
  return 'code' in place ? place : wanted.data;
}

function judged(context: AwaitContext, output: unknown): Partial<AwaitContext> {
  const { serverGroup } = CLOUD_ACTIVITIES.describeServerGroup.output.parse(output);
  const { isMet, line } = judge(context.wanted, serverGroup);
  return { isMet, lastLine: line, absentLooks: serverGroup === null ? context.absentLooks + 1 : 0 };
}

function endLines(context: AwaitContext, status: OperationView['status']): string[] {
  if (status === 'succeeded') return [context.lastLine];
  return context.failure ? [context.failure.message] : ['Canceled'];
}

function timedOut({ wanted, lastLine }: AwaitContext): Failure {
  return {
    code: 'AWAIT_TIMEOUT',
    message: `${wanted.serverGroupName} was not ${wanted.condition} within ${wanted.timeoutMs} ms. Last look: ${lastLine || 'none'}. Look at its scaling activities.`,
    kind: 'terminal',
  };
}

function lost({ wanted }: AwaitContext): Failure {
  return {
    code: 'SERVER_GROUP_NOT_FOUND',
    message: `Server group '${wanted.serverGroupName}' does not exist in ${wanted.credentials}/${wanted.region}, so it can never be ${wanted.condition}. Somebody else may have destroyed it.`,
    kind: 'terminal',
  };
}

function awaitResult(context: AwaitContext): OperationResult {
  const { status, failure, history, wanted } = context;
  return {
    status: status === 'succeeded' || status === 'canceled' ? status : 'failed',
    outputs:
      status === 'succeeded' ? { serverGroupName: wanted.serverGroupName, condition: wanted.condition } : {},
    history,
    ...(failure ? { failure } : {}),
  };
}
