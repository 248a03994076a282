/** What goes wrong for a client, each with a stable code and what to do next. */
import type { Failure } from '#contracts/failure.ts';

export type ClientErrorCode =
  /** The address is taken and the start was told to fail. */
  | 'ACTOR_EXISTS'
  | 'ACTOR_UNKNOWN'
  /** No worker runs this actor type. */
  | 'ACTOR_TYPE_UNKNOWN'
  | 'INPUT_INVALID'
  | 'EVENT_INVALID'
  /** The machine takes no such event in its current state, or has ended. Nothing happened. */
  | 'EVENT_REFUSED'
  /** Stored, but not decided in time. It will be. */
  | 'NO_ANSWER'
  /** The stored context is not what the contract says: another version wrote it. */
  | 'CONTEXT_INVALID'
  /** What was waited for did not come in time. */
  | 'WAIT_TIMEOUT'
  /** What was waited for can never come: the actor has ended. */
  | 'WAIT_ENDED';

export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  constructor(code: ClientErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The actor ended without an output: it failed, or was stopped. */
export class ActorFailed extends Error {
  override readonly name = 'ActorFailed';
  readonly status: 'error' | 'stopped';
  readonly failure: Failure;
  constructor(args: { address: string; status: 'error' | 'stopped'; failure: Failure }) {
    super(
      `${args.address} ended with status '${args.status}': ${args.failure.code}: ${args.failure.message}`,
    );
    this.status = args.status;
    this.failure = args.failure;
  }
}
