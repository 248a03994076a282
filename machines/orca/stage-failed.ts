/** Thrown by stage types while they plan or read their context; the stage turns it into its failure. */
import type { Failure } from '#contracts/failure.ts';

export class StageFailed extends Error {
  override readonly name = 'StageFailed';
  readonly failure: Failure;
  constructor(code: string, message: string) {
    super(message);
    this.failure = { code, message, kind: 'terminal' };
  }
}

/** Any thrown value as a failure. */
export function failureOfError(error: unknown): Failure {
  if (error instanceof StageFailed) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'STAGE_CONTEXT_INVALID',
    message: `The stage could not read its context: ${message}`.slice(0, 4096),
    kind: 'terminal',
  };
}
