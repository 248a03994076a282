/** Spinnaker's status rules, pure. */
import type { ExecutionStatus } from '#contracts/execution.ts';
import type { StageDefinition } from '#contracts/pipeline.ts';

const COMPLETE: readonly ExecutionStatus[] = [
  'SUCCEEDED',
  'SKIPPED',
  'FAILED_CONTINUE',
  'TERMINAL',
  'CANCELED',
  'STOPPED',
];
const HALT: readonly ExecutionStatus[] = ['TERMINAL', 'CANCELED', 'STOPPED'];
const SATISFIED: readonly ExecutionStatus[] = ['SUCCEEDED', 'FAILED_CONTINUE', 'SKIPPED'];

/** It will not change any more. */
export function isComplete(status: ExecutionStatus): boolean {
  return COMPLETE.includes(status);
}

/** Nothing after it in its branch runs. */
export function isHalt(status: ExecutionStatus): boolean {
  return HALT.includes(status);
}

/** A stage that requires it may run. */
export function satisfiesRequisite(status: ExecutionStatus): boolean {
  return SATISFIED.includes(status);
}

export type FailureFlags = Pick<
  StageDefinition,
  'failPipeline' | 'continuePipeline' | 'completeOtherBranchesThenFail'
>;

/** What a failure of a stage counts as, by its "if stage fails" flags: `continuePipeline` wins over `failPipeline`. */
export function failureStatus(flags: FailureFlags, fallback: ExecutionStatus = 'TERMINAL'): ExecutionStatus {
  if (flags.continuePipeline === true) return 'FAILED_CONTINUE';
  return flags.failPipeline === false ? 'STOPPED' : fallback;
}

/** Status of a stage from its parts: the first rule that matches decides. */
export function stageStatus(args: {
  flags: FailureFlags;
  tasks: readonly ExecutionStatus[];
  before: readonly ExecutionStatus[];
  /** After stages and on-failure stages. */
  after: readonly ExecutionStatus[];
  planningFailed: boolean;
}): ExecutionStatus {
  const all = [...args.before, ...args.after, ...args.tasks];
  if (args.planningFailed) all.push(failureStatus(args.flags));
  if (all.length === 0) return 'NOT_STARTED';
  if (all.includes('TERMINAL')) return failureStatus(args.flags);
  for (const status of ['STOPPED', 'CANCELED', 'FAILED_CONTINUE'] as const) {
    if (all.includes(status)) return status;
  }
  if (all.every((status) => status === 'SUCCEEDED' || status === 'SKIPPED')) return 'SUCCEEDED';
  if (args.after.includes('NOT_STARTED')) return 'RUNNING';
  return 'TERMINAL';
}

export type BranchStage = { status: ExecutionStatus; flags: FailureFlags };

/**
 * Status of an execution from its own stages, `RUNNING` while other branches must go on.
 * `canAdvance`: some stage is running, or may start now or later.
 */
export function executionStatus(stages: readonly BranchStage[], canAdvance: boolean): ExecutionStatus {
  const statuses = stages.map((stage) => stage.status);
  if (statuses.every(satisfiesRequisite)) return 'SUCCEEDED';
  if (statuses.includes('TERMINAL')) return 'TERMINAL';
  if (statuses.includes('CANCELED')) return 'CANCELED';
  if (canAdvance) return 'RUNNING';
  // Nothing can run and nothing was stopped: the graph is broken. Ending is better than waiting for ever.
  if (!statuses.includes('STOPPED')) return 'TERMINAL';
  const failsInTheEnd = stages.some(
    (stage) => stage.status === 'STOPPED' && stage.flags.completeOtherBranchesThenFail === true,
  );
  return failsInTheEnd ? 'TERMINAL' : 'SUCCEEDED';
}
