/**
 * The seam between Orca and Clouddriver: Orca asks for a cloud operation, Clouddriver answers with a result.
 * Business failure is a result, never a thrown error.
 */
import { z } from 'zod';
import { Failure } from './failure.ts';
import { JsonObject } from './json.ts';

/** What Clouddriver offers. Each is an actor type of the service `clouddriver`. */
export const OperationName = z.enum([
  'createServerGroup',
  'cloneServerGroup',
  'resizeServerGroup',
  'enableServerGroup',
  'disableServerGroup',
  'destroyServerGroup',
  /** Waits until a server group is up, down, at capacity or absent. */
  'awaitServerGroup',
  /** Reads the server groups of a cluster. */
  'describeCluster',
]);
export type OperationName = z.infer<typeof OperationName>;

/** One argument object, input of every operation actor. */
export const OperationRequest = z.object({
  /** Name of the operation; a plain string, so that an unknown one is answered and not lost. */
  operation: z.string().min(1),
  application: z.string(),
  /** Untyped: the stage's context. Clouddriver resolves and validates it. */
  context: JsonObject,
  /** Who asks, for tags, logs and the audit. */
  origin: z.object({
    executionId: z.string(),
    stageRefId: z.string(),
    stageType: z.string(),
    user: z.string(),
  }),
});
export type OperationRequest = z.infer<typeof OperationRequest>;

/** Something left in the cloud that a person must look at. */
export const StrandedResource = z.object({
  kind: z.string(),
  id: z.string(),
  account: z.string(),
  region: z.string(),
  reason: z.string(),
});
export type StrandedResource = z.infer<typeof StrandedResource>;

/**
 * - `succeeded`: done and verified
 * - `failed`: nothing was changed
 * - `compensated`: it failed half-way and everything it did was undone
 * - `stranded`: it failed and could not be undone; `stranded` lists what is left
 * - `canceled`: stopped on request, with everything it did undone
 */
export const OperationResult = z.object({
  status: z.enum(['succeeded', 'failed', 'compensated', 'stranded', 'canceled']),
  outputs: JsonObject,
  failure: Failure.optional(),
  stranded: z.array(StrandedResource).optional(),
  /** Lines for people, in order: what was done. */
  history: z.array(z.string()),
});
export type OperationResult = z.infer<typeof OperationResult>;

/** Event to a running operation: stop and undo. */
export const CancelOperation = z.object({ type: z.literal('operation.cancel'), reason: z.string() });
export type CancelOperation = z.infer<typeof CancelOperation>;
