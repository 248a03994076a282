/** The states of the way forward: one compound state for each step, `deciding` before `running`. */
import { assign, sendTo } from 'xstate';
import { remoteActor } from '#machines/support/remote-actor.ts';
import { stepTimeMs } from '#machines/support/step-time.ts';
import { afterStep, scopeAt, told } from './saga-context.ts';
import {
  reservationOf,
  type AnyCallStep,
  type AnyReserveNameStep,
  type AnySagaContext,
  type SagaSetup,
} from './saga-setup.ts';

export type StepPlace = {
  saga: SagaSetup;
  /** Ids of states: where a step goes on, and where it turns back. */
  next: string;
  back: string;
};

/** Whether a step has anything to do, asked again after every crash with the same answer. */
function deciding(name: string, { next, back }: StepPlace) {
  return {
    always: [
      { guard: 'mustTurnBack' as const, target: back },
      { guard: { type: 'applies' as const, params: { step: name } }, target: 'running' },
      { target: next },
    ],
  };
}

export function callState(step: AnyCallStep, place: StepPlace) {
  const { saga, next, back } = place;
  const running = saga.createStateConfig({
    ...(step.undo ? { entry: { type: 'beginDeed', params: { step: step.name } } } : {}),
    invoke: {
      id: step.name,
      src: step.activity,
      input: ({ context }) => step.input(scopeAt(context)),
      onDone: {
        target: next,
        actions: assign(({ context, event, system }) =>
          afterStep(context, step, { output: event.output, nowMs: stepTimeMs({ system }) }),
        ),
      },
      onError: { target: back, actions: { type: 'fail', params: ({ event }) => ({ error: event.error }) } },
    },
    // A read may be abandoned at once. A write in flight is waited for: only its outcome says what to undo.
    ...(step.effect === 'read'
      ? { on: { 'operation.cancel': { target: back, actions: 'noteCancel' } } }
      : {}),
  });
  return saga.createStateConfig({
    initial: 'deciding',
    states: { deciding: deciding(step.name, place), running },
  });
}

export function reserveNameState(step: AnyReserveNameStep, place: StepPlace) {
  const { saga, next, back } = place;
  const running = saga.createStateConfig({
    entry: [
      assign(({ context }) => ({ reservations: withReservation(step, context) })),
      sendTo(
        ({ context }) => remoteActor(reservationOf(step, context).to),
        ({ context }) => reservationOf(step, context).event,
      ),
    ],
    on: {
      'names.reserved': {
        guard: { type: 'answers', params: ({ event }) => ({ key: event.key }) },
        target: next,
        actions: assign(({ context, event, system }) => ({
          ...afterReservation(step, context, event.name),
          nowMs: stepTimeMs({ system }),
        })),
      },
      'names.refused': {
        guard: { type: 'answers', params: ({ event }) => ({ key: event.key }) },
        target: back,
        actions: { type: 'fail', params: ({ event }) => ({ error: event.failure }) },
      },
      'operation.cancel': { target: back, actions: 'noteCancel' },
    },
    after: { askNameAgain: { target: 'running', reenter: true } },
  });
  return saga.createStateConfig({
    initial: 'deciding',
    states: { deciding: deciding(step.name, place), running },
  });
}

function withReservation(step: AnyReserveNameStep, context: AnySagaContext) {
  const { targetIndex, reservations } = context;
  if (reservations.some((reservation) => reservation.targetIndex === targetIndex)) return reservations;
  return [
    ...reservations,
    { targetIndex, address: reservationOf(step, context).to, key: String(targetIndex) },
  ];
}

function afterReservation(step: AnyReserveNameStep, context: AnySagaContext, serverGroupName: string) {
  const before = scopeAt(context);
  const facts = [...context.facts];
  facts[context.targetIndex] = { ...before.facts, ...step.record(before, serverGroupName) };
  const scope = { ...before, facts: facts[context.targetIndex] ?? {} };
  return { facts, history: told(context.history, step.tell(scope)) };
}
