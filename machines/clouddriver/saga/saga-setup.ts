/** What every operation machine shares: types, slots, guards and small actions. */
import { assign, enqueueActions, sendTo, setup, type PromiseActorLogic } from 'xstate';
import { Address } from '#contracts/address.ts';
import type { Json } from '#contracts/json.ts';
import type { OperationResult } from '#contracts/operation.ts';
import { remoteActor } from '#machines/support/remote-actor.ts';
import { stepTimeMs } from '#machines/support/step-time.ts';
import { cloudActivity } from '../cloud-activities.ts';
import { serverGroupNamesAddress } from '../server-group-names-address.ts';
import { failureFrom, scopeAt, told, type SagaContext } from './saga-context.ts';
import type { SagaDefinition } from './saga-definition.ts';
import type { CallStep, ReserveNameStep, SagaStep, SagaTarget } from './saga-step.ts';

/** Any operation family; targets and facts are the family's own business. */
export type AnySaga = SagaDefinition<SagaTarget, object>;
export type AnyStep = SagaStep<SagaTarget, object>;
export type AnyCallStep = CallStep<SagaTarget, object>;
export type AnyReserveNameStep = ReserveNameStep<SagaTarget, object>;
export type AnySagaContext = SagaContext<SagaTarget, object>;

export type SagaTimings = {
  /** Between looks at a resource that may exist but is not visible yet, in milliseconds. */
  lookAgainMs: number;
  /** Before a name is asked for again, in milliseconds. Asking twice is harmless. */
  askNameAgainMs: number;
};

export type SagaEvent =
  | { type: 'operation.cancel'; reason?: unknown }
  | { type: 'names.reserved'; key: string; name: string }
  | { type: 'names.refused'; key: string; failure: unknown };

/** Looks that must agree before a resource of unknown fate counts as absent. */
export const ABSENT_LOOKS_MIN = 3;

export function stepNamed(definition: AnySaga, name: string): AnyStep | undefined {
  return definition.steps.find((step) => step.name === name);
}

/** Whether something was done that cannot be taken back: from then on the operation only goes forward. */
function isPastReturn(definition: AnySaga, context: AnySagaContext): boolean {
  return context.deeds.some((deed) => deed.certain && isIrreversible(stepNamed(definition, deed.step)));
}

function isIrreversible(step: AnyStep | undefined): boolean {
  return step?.kind === 'call' && step.undo?.kind === 'irreversible';
}

/** The activities a family uses, as slots. */
function slotsOf(definition: AnySaga): Record<string, PromiseActorLogic<unknown, Json>> {
  const names = definition.steps.flatMap((step) => {
    if (step.kind !== 'call') return [];
    return step.undo?.kind === 'activity' ? [step.activity, step.undo.activity] : [step.activity];
  });
  return Object.fromEntries(
    names.map((name) => [name, cloudActivity(name) as unknown as PromiseActorLogic<unknown, Json>]),
  );
}

function guardsOf(definition: AnySaga) {
  type Args = { context: AnySagaContext };
  return {
    rejected: ({ context }: Args) => context.failure !== null,
    mustTurnBack: ({ context }: Args) =>
      context.failure !== null || (context.cancelReason !== null && !isPastReturn(definition, context)),
    applies: ({ context }: Args, { step }: { step: string }) =>
      stepNamed(definition, step)?.when(scopeAt(context)) ?? false,
    hasMoreTargets: ({ context }: Args) => context.targetIndex + 1 < context.targets.length,
    answers: ({ context }: Args, { key }: { key: string }) => key === String(context.targetIndex),
    lastDeedIs: ({ context }: Args, { step }: { step: string }) => context.deeds.at(-1)?.step === step,
    isTooEarlyToTell: ({ context }: Args, { outcome }: { outcome: string }) =>
      outcome === 'absent' &&
      context.deeds.at(-1)?.certain === false &&
      context.failure?.kind !== 'terminal' &&
      context.absentLooks + 1 < ABSENT_LOOKS_MIN,
    isStranded: ({ context }: Args) => context.stranded.length > 0,
    isCanceled: ({ context }: Args) => context.cancelReason !== null,
    hasUndone: ({ context }: Args) => context.undoneCount > 0,
    hasGoneForward: ({ context }: Args) => isPastReturn(definition, context),
  };
}

/** The typed ground on which a family's machine is built. */
export function sagaSetup(definition: AnySaga, timings: SagaTimings) {
  return setup({
    types: {} as { context: AnySagaContext; input: unknown; output: OperationResult; events: SagaEvent },
    actors: slotsOf(definition),
    guards: guardsOf(definition),
    delays: { lookAgain: () => timings.lookAgainMs, askNameAgain: () => timings.askNameAgainMs },
    actions: {
      begin: assign(({ self, system }) => ({ address: self.sessionId, nowMs: stepTimeMs({ system }) })),
      noteCancel: assign(({ context, event }) => noted(definition, context, event)),
      nextTarget: assign(({ context }) => ({ targetIndex: context.targetIndex + 1 })),
      beginDeed: assign(({ context, system }, { step }: { step: string }) => ({
        deeds: [...context.deeds, { step, targetIndex: context.targetIndex, certain: false }],
        nowMs: stepTimeMs({ system }),
      })),
      fail: assign((_, { error }: { error: unknown }) => ({ failure: failureFrom(error) })),
      beginCompensation: assign(({ context }) => turnedBack(context)),
      countLook: assign(({ context }) => ({ absentLooks: context.absentLooks + 1 })),
      end: assign((_, { status }: { status: AnySagaContext['status'] }) => ({ status })),
      releaseNames: enqueueActions(({ context, enqueue }) => {
        for (const { address, key } of context.reservations) {
          enqueue(
            sendTo(() => remoteActor(Address.parse(address)), {
              type: 'names.release',
              operation: context.address,
              key,
            }),
          );
        }
      }),
    },
  });
}

export type SagaSetup = ReturnType<typeof sagaSetup>;

function noted(definition: AnySaga, context: AnySagaContext, event: SagaEvent) {
  if (event.type !== 'operation.cancel' || context.cancelReason !== null) return {};
  const reason = typeof event.reason === 'string' ? event.reason : 'no reason given';
  const late = isPastReturn(definition, context);
  const line = late
    ? `Cancel came too late (${reason}): what is done cannot be taken back, so the rest is done too`
    : `Canceled: ${reason}`;
  return { cancelReason: late ? null : reason, history: told(context.history, [line]) };
}

function turnedBack(context: AnySagaContext) {
  const why = context.failure ? `${context.failure.code}: ${context.failure.message}` : 'canceled';
  const lines =
    context.deeds.length > 0 ? [`Undoing what was done, because of ${why}`] : [`Stopped, because of ${why}`];
  return { status: 'compensating' as const, history: told(context.history, lines) };
}

/** The message a reservation is asked with, and the actor that answers it. */
export function reservationOf(step: AnyReserveNameStep, context: AnySagaContext) {
  const { sequence, existing, ...place } = step.reservation(scopeAt(context));
  return {
    to: serverGroupNamesAddress(place),
    event: {
      type: 'names.reserve',
      operation: context.address,
      key: String(context.targetIndex),
      cluster: place.cluster,
      existing: existing.map(({ name, createdAtMs }) => ({ name, createdAtMs })),
      ...(sequence === undefined ? {} : { sequence }),
    },
  };
}
