/** The way back: the last deed is undone first, until none is left. */
import { assign } from 'xstate';
import { UndoOutcome } from '#contracts/operations/cloud-activity.contract.ts';
import { afterStranding, afterUndo, failureFrom, scopeAt } from './saga-context.ts';
import type { AnyCallStep, AnySaga, AnySagaContext, SagaSetup } from './saga-setup.ts';

/** State name of the compensation of a step: `undoCreateLaunchTemplate`. */
export function undoStateName(step: string): string {
  return `undo${step.charAt(0).toUpperCase()}${step.slice(1)}`;
}

/**
 * The compound state `compensating`. An unknown outcome counts as "maybe done": its undo runs as well, and an
 * absence is believed only after several looks. A write that AWS definitely refused is looked for once.
 */
export function compensatingState(definition: AnySaga, { saga, id }: { saga: SagaSetup; id: string }) {
  const steps = definition.steps
    .filter((step) => step.kind === 'call')
    .filter((step) => step.undo !== undefined);
  const choosing = `#${id}.choosing`;
  const undoing = steps.filter((step) => step.undo?.kind === 'activity');
  const forGood = steps.filter((step) => step.undo?.kind === 'irreversible');
  return saga.createStateConfig({
    id,
    entry: 'beginCompensation',
    initial: 'choosing',
    on: { 'operation.cancel': {} },
    states: {
      choosing: {
        always: [
          ...undoing.map((step) => ({
            guard: { type: 'lastDeedIs' as const, params: { step: step.name } },
            target: undoStateName(step.name),
          })),
          ...forGood.map((step) => ({
            guard: { type: 'lastDeedIs' as const, params: { step: step.name } },
            target: 'choosing',
            reenter: true,
            actions: assign(({ context }: { context: AnySagaContext }) => afterIrreversible(step, context)),
          })),
          { target: 'settled' },
        ],
      },
      ...Object.fromEntries(
        undoing.map((step) => [undoStateName(step.name), undoState(step, { saga, choosing })]),
      ),
      settled: { type: 'final' },
    },
    onDone: [
      { guard: 'isStranded', target: 'stranded' },
      { guard: 'isCanceled', target: 'canceled' },
      { guard: 'hasUndone', target: 'compensated' },
      { target: 'failed' },
    ],
  });
}

function undoState(step: AnyCallStep, { saga, choosing }: { saga: SagaSetup; choosing: string }) {
  const { undo } = step;
  if (undo?.kind !== 'activity') throw new Error(`Step '${step.name}' has no activity that undoes it.`);
  return saga.createStateConfig({
    initial: 'undoing',
    states: {
      undoing: {
        invoke: {
          id: undoStateName(step.name),
          src: undo.activity,
          input: ({ context }) => undo.input(deedScope(context)),
          onDone: [
            {
              guard: { type: 'isTooEarlyToTell', params: ({ event }) => UndoOutcome.parse(event.output) },
              target: 'lookingAgain',
              actions: 'countLook',
            },
            {
              target: choosing,
              actions: assign(({ context, event }) =>
                afterUndo(context, undo.tell(deedScope(context)), UndoOutcome.parse(event.output)),
              ),
            },
          ],
          onError: {
            target: choosing,
            actions: assign(({ context, event }) => {
              const { code, message } = failureFrom(event.error);
              return afterStranding(context, undo.resource(deedScope(context)), `${code}: ${message}`);
            }),
          },
        },
      },
      lookingAgain: { after: { lookAgain: 'undoing' } },
    },
  });
}

function deedScope(context: AnySagaContext) {
  return scopeAt(context, context.deeds.at(-1)?.targetIndex);
}

/** A deed for good: done is done; of unknown outcome, or refused after another one was done, a person must look. */
function afterIrreversible(step: AnyCallStep, context: AnySagaContext): Partial<AnySagaContext> {
  const deed = context.deeds.at(-1);
  const rest = { deeds: context.deeds.slice(0, -1) };
  const isRefusedAtFirst = context.failure?.kind === 'terminal' && rest.deeds.length === 0;
  if (deed === undefined || deed.certain || isRefusedAtFirst || step.undo?.kind !== 'irreversible')
    return rest;
  const { code, message } = context.failure ?? { code: 'UNKNOWN', message: 'its outcome is not known' };
  return afterStranding(context, step.undo.resource(deedScope(context)), `${code}: ${message}`);
}
