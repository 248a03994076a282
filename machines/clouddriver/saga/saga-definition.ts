/** One operation family: how a request becomes targets, which steps each target takes, what comes out. */
import type { JsonObject } from '#contracts/json.ts';
import type { Failure } from '#contracts/failure.ts';
import type { OperationRequest } from '#contracts/operation.ts';
import type { AccountDirectory } from '../account-directory.ts';
import type { SagaStep, SagaTarget } from './saga-step.ts';

export type Resolution<Target> = { targets: Target[] } | { failure: Failure };

export type SagaDefinition<Target extends SagaTarget, Facts extends object> = {
  /** Name of the operation; also the actor type and the machine's id. */
  operation: string;
  /** From the untyped request to one typed description for each target. Pure. */
  resolve: (request: OperationRequest, accounts: AccountDirectory) => Resolution<Target>;
  steps: readonly SagaStep<Target, Facts>[];
  /** Outputs of a success, from what was found out about each target. */
  outputs: (results: readonly { target: Target; facts: Partial<Facts> }[]) => JsonObject;
  /** The name people know a target by, for the view. */
  label: (target: Target, facts: Partial<Facts>) => string;
};
