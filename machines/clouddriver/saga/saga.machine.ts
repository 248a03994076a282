/**
 * The statechart of an operation: resolving, one state for each named step and target, verified success, or the
 * way back. What holds for every operation built here:
 *
 * S1 Nothing is called before the request is resolved and valid; an invalid one ends as `failed`.
 * S2 A deed is noted before its call is made, so a crash never loses it.
 * S3 Compensation undoes exactly the noted deeds, the last one first, also a deed of unknown outcome.
 * S4 A cancel never abandons a write in flight; it is honoured before the next step begins.
 * S5 What cannot be undone ends up in `stranded`, never in silence.
 */
import type { AnyStateMachine } from 'xstate';
import type { OperationView } from '#contracts/execution.ts';
import { OperationRequest } from '#contracts/operation.ts';
import type { AccountDirectory } from '../account-directory.ts';
import { invalidRequest } from '../resolve/rejection.ts';
import { compensatingState } from './compensation-states.ts';
import { resultOf, viewOf } from './saga-context.ts';
import type { SagaDefinition } from './saga-definition.ts';
import { sagaSetup, type AnySaga, type AnySagaContext, type SagaTimings } from './saga-setup.ts';
import type { SagaTarget } from './saga-step.ts';
import { callState, reserveNameState } from './step-states.ts';

export const SAGA_TIMINGS: SagaTimings = { lookAgainMs: 20_000, askNameAgainMs: 30_000 };

export type SagaMachine = {
  machine: AnyStateMachine;
  view: (args: { context: AnySagaContext }) => OperationView;
};

/** Builds the machine of one operation family. Pure: the same arguments give the same statechart. */
export function sagaMachine<Target extends SagaTarget, Facts extends object>(
  family: SagaDefinition<Target, Facts>,
  options: { accounts: AccountDirectory; timings?: SagaTimings },
): SagaMachine {
  // Targets and facts are opaque from here on: only the family's own functions look inside.
  const definition = family as unknown as AnySaga;
  const saga = sagaSetup(definition, options.timings ?? SAGA_TIMINGS);
  const id = definition.operation;
  const back = `${id}-compensating`;
  const first = stepId(definition, 0);
  const machine = saga.createMachine({
    id,
    context: ({ input }) => initialContext(definition, input, options.accounts),
    initial: 'resolving',
    on: { 'operation.cancel': { actions: 'noteCancel' } },
    states: {
      resolving: { entry: 'begin', always: [{ guard: 'rejected', target: 'failed' }, { target: first }] },
      ...stepStates(definition, { saga, back: `#${back}` }),
      turning: {
        id: `${id}-turning`,
        always: [
          { guard: 'mustTurnBack', target: `#${back}` },
          { guard: 'hasMoreTargets', target: first, actions: 'nextTarget' },
          { target: 'succeeded' },
        ],
      },
      compensating: compensatingState(definition, { saga, id: back }),
      succeeded: ending('succeeded'),
      failed: ending('failed'),
      compensated: ending('compensated'),
      stranded: ending('stranded'),
      canceled: ending('canceled'),
    },
    output: ({ context }) => resultOf(definition, context),
  });
  return { machine, view: ({ context }) => viewOf(definition, context) };
}

function ending(status: AnySagaContext['status']) {
  return {
    type: 'final' as const,
    entry: [{ type: 'end' as const, params: { status } }, 'releaseNames' as const],
  };
}

function stepId(definition: AnySaga, index: number): string {
  const step = definition.steps[index];
  return step === undefined ? `#${definition.operation}-turning` : `#${definition.operation}-${step.name}`;
}

function stepStates(definition: AnySaga, place: { saga: ReturnType<typeof sagaSetup>; back: string }) {
  return Object.fromEntries(
    definition.steps.map((step, index) => {
      const at = { ...place, next: stepId(definition, index + 1) };
      const state = step.kind === 'call' ? callState(step, at) : reserveNameState(step, at);
      return [step.name, { ...state, id: stepId(definition, index).slice(1) }];
    }),
  );
}

function initialContext(definition: AnySaga, input: unknown, accounts: AccountDirectory): AnySagaContext {
  const parsed = OperationRequest.safeParse(input);
  const resolution = parsed.success
    ? definition.resolve(parsed.data, accounts)
    : { failure: invalidRequest(definition.operation, parsed.error) };
  const targets = 'targets' in resolution ? resolution.targets : [];
  const failure = 'failure' in resolution ? resolution.failure : null;
  return {
    address: '',
    request: parsed.success ? parsed.data : null,
    targets,
    facts: targets.map(() => ({})),
    targetIndex: 0,
    deeds: [],
    absentLooks: 0,
    undoneCount: 0,
    reservations: [],
    failure,
    cancelReason: null,
    stranded: [],
    status: 'running',
    history: failure ? [`Refused: ${failure.message}`] : [],
    nowMs: 0,
  };
}
