/**
 * Client tokens: the same token with the same parameters answers with the first outcome.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
import { createHash } from 'node:crypto';
import type { ActionCall } from '../actions/action.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Resource } from './resource.ts';

export interface ClientToken extends Resource {
  readonly parametersHash: string;
  /** What the first call created. */
  readonly resultId: string;
}

/**
 * Runs `create` once a token; later calls get the id it returned.
 *
 * @throws AwsError IdempotentParameterMismatch when the token was used with other parameters
 */
export function oncePerToken(call: ActionCall, create: () => string): string {
  const token = call.params.text('ClientToken');
  if (token === undefined || token === '') return create();
  const id = `${call.action}/${token}`;
  const parametersHash = createHash('sha256').update(JSON.stringify(call.params.tree)).digest('hex');
  const known = call.cloud.getFresh('clientToken', id);
  if (known === undefined) {
    const resultId = create();
    call.cloud.put('clientToken', { id, createdAtMs: call.nowMs, parametersHash, resultId });
    return resultId;
  }
  if (known.parametersHash !== parametersHash) {
    throw new AwsError(
      'IdempotentParameterMismatch',
      `The client token ${token} was used before in a request with other parameters`,
    );
  }
  return known.resultId;
}
