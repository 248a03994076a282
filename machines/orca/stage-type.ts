/**
 * What a stage type is: data and pure functions that the one stage statechart runs.
 * Tasks are Spinnaker's own word for the named parts of a stage; here they live in their stage.
 */
import type { ExecutionStatus } from '#contracts/execution.ts';
import type { Failure } from '#contracts/failure.ts';
import type { JsonObject } from '#contracts/json.ts';
import type { OperationName, OperationResult } from '#contracts/operation.ts';
import type { WebhookRequest, WebhookResponse } from '#contracts/webhook.ts';
import type { Problem } from './problem.ts';
import type { StageContext } from './stage-context.ts';

/** One cloud operation to ask for. */
export type OperationCall = { operation: OperationName; context: JsonObject };

/** What came of a task. `RUNNING`: run the task again after `againAfterMs`. */
export type TaskResult = {
  status: ExecutionStatus;
  /** Merged into the stage's own context. */
  context?: JsonObject;
  /** Merged into the stage's outputs: visible downstream. */
  outputs?: JsonObject;
  failure?: Failure;
  againAfterMs?: number;
  /** Server groups that exist now because of this task, as `account:region:name`. */
  deployedServerGroups?: readonly string[];
};

export type Judgment = { decision: 'continue' | 'stop'; input?: string; user: string };

export type TaskDefinition = { name: string } & (
  | {
      /** Cloud operations, all at once. None at all is fine. */
      kind: 'operations';
      operations: (context: StageContext) => readonly OperationCall[];
      /** Called when every one of them succeeded, in the order of the calls. */
      onSuccess?: (context: StageContext, results: readonly OperationResult[]) => TaskResult;
    }
  | { kind: 'timer'; durationMs: (context: StageContext) => number }
  | { kind: 'judgment'; onJudged: (context: StageContext, judgment: Judgment) => TaskResult }
  | {
      kind: 'webhook';
      request: (context: StageContext) => WebhookRequest;
      onResponse: (context: StageContext, response: WebhookResponse) => TaskResult;
    }
  | { kind: 'result'; run: (context: StageContext) => TaskResult }
);

/** A stage that another one adds. Its context is complete; nothing is inherited but what a lookup finds. */
export type SyntheticStage = { type: string; name: string; context: JsonObject };

/** Synthetic stages, one after the other or all at once. */
export type SyntheticStages = { order: 'sequential' | 'parallel'; stages: readonly SyntheticStage[] };

export type StageType = {
  type: string;
  /** Faults of a context as the user wrote it; values may still be expressions. Places are relative: `waitTime`. */
  validate?: (context: JsonObject) => Problem[];
  /** Brings the context into the form that the tasks read; called once, at the start. */
  prepare?: (context: JsonObject) => JsonObject;
  /** The tasks, in order. Depends on the context at the start only. */
  tasks: (context: StageContext) => readonly TaskDefinition[];
  before?: (context: StageContext) => SyntheticStages;
  /** Planned when the tasks are done. */
  after?: (context: StageContext) => SyntheticStages;
  /** Planned when the stage failed. */
  onFailure?: (context: StageContext) => SyntheticStages;
  /** What to undo after a cancel, once everything in flight has ended. */
  onCancel?: (context: StageContext) => readonly OperationCall[];
};

/** By the type that users write. */
export type StageTypes = ReadonlyMap<string, StageType>;
