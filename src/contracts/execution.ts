/** An execution: one run of a pipeline. Input, events, view and statuses of its actors. */
import { z } from 'zod';
import { Failure } from './failure.ts';
import { JsonObject } from './json.ts';
import { StrandedResource } from './operation.ts';
import { Pipeline, StageDefinition } from './pipeline.ts';

/** Spinnaker's own statuses. */
export const ExecutionStatus = z.enum([
  'NOT_STARTED',
  'RUNNING',
  'PAUSED',
  'SUCCEEDED',
  'SKIPPED',
  'FAILED_CONTINUE',
  'TERMINAL',
  'CANCELED',
  'STOPPED',
]);
export type ExecutionStatus = z.infer<typeof ExecutionStatus>;

/** Input of the `execution` actor. */
export const StartExecution = z.object({
  executionId: z.string(),
  requestId: z.string(),
  pipeline: Pipeline,
  parameters: JsonObject,
  user: z.string(),
});
export type StartExecution = z.infer<typeof StartExecution>;

/** Events a user may send to an execution. `stageRefId` names a stage, synthetic ones too (`3>1`). */
export const ExecutionEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('execution.cancel'), reason: z.string().max(1024), user: z.string() }),
  z.object({ type: z.literal('execution.pause'), user: z.string() }),
  z.object({ type: z.literal('execution.resume'), user: z.string() }),
  z.object({
    type: z.literal('execution.judge'),
    stageRefId: z.string(),
    decision: z.enum(['continue', 'stop']),
    input: z.string().max(1024).optional(),
    user: z.string(),
  }),
]);
export type ExecutionEvent = z.infer<typeof ExecutionEvent>;

export const SyntheticOwner = z.enum(['STAGE_BEFORE', 'STAGE_AFTER']);

/** Input of a `stage` actor. */
export const StartStage = z.object({
  executionId: z.string(),
  application: z.string(),
  user: z.string(),
  parameters: JsonObject,
  refId: z.string(),
  stage: StageDefinition,
  syntheticOwner: SyntheticOwner.optional(),
  /** Outputs of all ancestors, the nearest one winning. */
  ancestorOutputs: JsonObject,
  /** Statuses of the execution's stages by name, for preconditions. */
  stageStatuses: z.record(z.string(), ExecutionStatus),
  /** Names of the server groups that ancestors created, as `account:region:name`: cluster operations leave them alone. */
  deployedServerGroups: z.array(z.string()),
});
export type StartStage = z.infer<typeof StartStage>;

/** Output of a `stage` actor. */
export const StageResult = z.object({
  status: ExecutionStatus,
  outputs: JsonObject,
  /** Outputs of its direct synthetic stages, the first one winning; later stages see them after `outputs`. */
  syntheticOutputs: JsonObject.optional(),
  /** What it and its synthetic stages created, as `account:region:name`. */
  deployedServerGroups: z.array(z.string()).optional(),
  failure: Failure.optional(),
  stranded: z.array(StrandedResource).optional(),
});
export type StageResult = z.infer<typeof StageResult>;

/** `detail` of a stage's view. */
export const StageView = z.object({
  kind: z.literal('stage'),
  refId: z.string(),
  type: z.string(),
  name: z.string(),
  status: ExecutionStatus,
  syntheticOwner: SyntheticOwner.optional(),
  tasks: z.array(z.object({ name: z.string(), status: ExecutionStatus })),
  failure: Failure.optional(),
  outputs: JsonObject.optional(),
  stranded: z.array(StrandedResource).optional(),
});
export type StageView = z.infer<typeof StageView>;

/** `detail` of an execution's view. */
export const ExecutionView = z.object({
  kind: z.literal('execution'),
  executionId: z.string(),
  requestId: z.string(),
  application: z.string(),
  name: z.string(),
  user: z.string(),
  status: ExecutionStatus,
  /** The user's own stages, in the order of the pipeline; not started ones too. */
  stages: z.array(
    z.object({ refId: z.string(), type: z.string(), name: z.string(), status: ExecutionStatus }),
  ),
  failure: Failure.optional(),
  cancellation: z.object({ reason: z.string(), user: z.string() }).optional(),
  stranded: z.array(StrandedResource).optional(),
});
export type ExecutionView = z.infer<typeof ExecutionView>;

/** `detail` of an operation's view. */
export const OperationView = z.object({
  kind: z.literal('operation'),
  operation: z.string(),
  account: z.string().optional(),
  region: z.string().optional(),
  target: z.string().optional(),
  status: z.enum(['running', 'compensating', 'succeeded', 'failed', 'compensated', 'stranded', 'canceled']),
  history: z.array(z.string()),
  failure: Failure.optional(),
});
export type OperationView = z.infer<typeof OperationView>;
