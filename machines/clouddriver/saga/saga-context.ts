/** The context of an operation machine and the pure changes to it. All of it is JSON. */
import { Failure } from '#contracts/failure.ts';
import type { OperationRequest, OperationResult, StrandedResource } from '#contracts/operation.ts';
import type { OperationView } from '#contracts/execution.ts';
import type { UndoOutcome } from '#contracts/operations/cloud-activity.contract.ts';
import type { SagaDefinition } from './saga-definition.ts';
import type { CallStep, ResourceName, SagaTarget, StepScope } from './saga-step.ts';

/** A writing step that was begun. `certain` once its success was seen; before that it may have happened or not. */
export type Deed = { step: string; targetIndex: number; certain: boolean };

export type Reservation = { targetIndex: number; address: string; key: string };

export type SagaContext<Target, Facts> = {
  /** Own address, known from the first step on. */
  address: string;
  request: OperationRequest | null;
  targets: Target[];
  facts: Partial<Facts>[];
  targetIndex: number;
  /** What this operation did, in order: undone from the end. */
  deeds: Deed[];
  /** Looks at the last deed's resource that found nothing. */
  absentLooks: number;
  undoneCount: number;
  reservations: Reservation[];
  failure: Failure | null;
  cancelReason: string | null;
  stranded: StrandedResource[];
  status: OperationView['status'];
  history: string[];
  /** Time of the last step that began something, in epoch milliseconds. */
  nowMs: number;
};

/** Longest history kept: a step that is repeated for ever must not fill the record. */
const HISTORY_LINES_MAX = 200;

export function scopeAt<Target, Facts>(
  context: SagaContext<Target, Facts>,
  targetIndex: number = context.targetIndex,
): StepScope<Target, Facts> {
  const target = context.targets[targetIndex];
  if (target === undefined) throw new Error(`The operation has no target number ${targetIndex}.`);
  const { request } = context;
  return {
    operation: {
      address: context.address,
      application: request?.application ?? '',
      executionId: request?.origin.executionId ?? '',
      stageRefId: request?.origin.stageRefId ?? '',
      user: request?.origin.user ?? '',
    },
    target,
    facts: context.facts[targetIndex] ?? {},
    nowMs: context.nowMs,
  };
}

export function told(history: readonly string[], lines: readonly string[]): string[] {
  return [...history, ...lines].slice(-HISTORY_LINES_MAX);
}

/** A thrown value as data: activities fail with a `Failure`, anything else is a fault of ours and terminal. */
export function failureFrom(error: unknown): Failure {
  const parsed = Failure.safeParse(error);
  if (parsed.success) return parsed.data;
  return { code: 'OPERATION_FAULT', message: String(error).slice(0, 1024), kind: 'terminal' };
}

/** After a step's success: its facts, its lines, and the deed becomes certain. */
export function afterStep<Target, Facts>(
  context: SagaContext<Target, Facts>,
  step: CallStep<Target, Facts>,
  args: { output: unknown; nowMs: number },
): Partial<SagaContext<Target, Facts>> {
  const before = { ...scopeAt(context), nowMs: args.nowMs };
  const facts = [...context.facts];
  facts[context.targetIndex] = { ...before.facts, ...step.record(before, args.output) };
  const deeds = context.deeds.map((deed) =>
    deed.step === step.name && deed.targetIndex === context.targetIndex ? { ...deed, certain: true } : deed,
  );
  const scope = { ...before, facts: facts[context.targetIndex] ?? {} };
  const history = told(context.history, step.tell(scope));
  return { facts, deeds, history, nowMs: args.nowMs, failure: step.check(scope) };
}

/** After a compensation's answer: the last deed is settled. */
export function afterUndo<Target, Facts>(
  context: SagaContext<Target, Facts>,
  line: string,
  { outcome }: UndoOutcome,
): Partial<SagaContext<Target, Facts>> {
  // What was certainly made and is gone was removed by an earlier try of this compensation.
  const isUndone = outcome === 'undone' || (outcome === 'absent' && context.deeds.at(-1)?.certain === true);
  return {
    deeds: context.deeds.slice(0, -1),
    absentLooks: 0,
    undoneCount: context.undoneCount + (isUndone ? 1 : 0),
    history: isUndone ? told(context.history, [line]) : context.history,
  };
}

/** The last deed cannot be undone: it goes on the list for a person. */
export function afterStranding<Target extends SagaTarget, Facts>(
  context: SagaContext<Target, Facts>,
  resource: ResourceName,
  reason: string,
): Partial<SagaContext<Target, Facts>> {
  const deed = context.deeds.at(-1);
  const target = context.targets[deed?.targetIndex ?? 0];
  const entry = { ...resource, account: target?.account ?? '', region: target?.region ?? '', reason };
  return {
    deeds: context.deeds.slice(0, -1),
    absentLooks: 0,
    stranded: [...context.stranded, entry],
    history: told(context.history, [`Left behind: ${resource.kind} ${resource.id}: ${reason}`]),
  };
}

export function resultOf<Target extends SagaTarget, Facts extends object>(
  definition: SagaDefinition<Target, Facts>,
  context: SagaContext<Target, Facts>,
): OperationResult {
  const { status, failure, stranded, history } = context;
  const ended = status === 'running' || status === 'compensating' ? 'failed' : status;
  return {
    status: ended,
    outputs: ended === 'succeeded' ? definition.outputs(resultsOf(context)) : {},
    history,
    ...(failure ? { failure } : {}),
    ...(stranded.length > 0 ? { stranded } : {}),
  };
}

function resultsOf<Target, Facts>(context: SagaContext<Target, Facts>) {
  return context.targets.map((target, index) => ({ target, facts: context.facts[index] ?? {} }));
}

export function viewOf<Target extends SagaTarget, Facts extends object>(
  definition: SagaDefinition<Target, Facts>,
  context: SagaContext<Target, Facts>,
): OperationView {
  const target = context.targets[context.targetIndex];
  return {
    kind: 'operation',
    operation: definition.operation,
    ...(target
      ? {
          account: target.account,
          region: target.region,
          target: definition.label(target, context.facts[context.targetIndex] ?? {}),
        }
      : {}),
    status: context.status,
    history: context.history,
    ...(context.failure ? { failure: context.failure } : {}),
  };
}
