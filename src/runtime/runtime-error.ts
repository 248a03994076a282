/** Errors of the runtime, each with a stable code. */

export class RuntimeError extends Error {
  override readonly name: string = 'RuntimeError';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The record changed since it was read. Reload it and step again. */
export class CommitConflict extends RuntimeError {
  override readonly name = 'CommitConflict';
  constructor(address: string) {
    super(
      'COMMIT_CONFLICT',
      `The record of ${address} moved on since it was read; reload it and step again.`,
    );
  }
}

/** Another node owns the partition now. */
export class OwnershipLost extends RuntimeError {
  override readonly name = 'OwnershipLost';
  constructor(partition: number) {
    super(
      'OWNERSHIP_LOST',
      `Partition ${partition} is owned by another node now; this node must drop its actors.`,
    );
  }
}

/** Whoever was asked to compute a step did not answer in time. Harmless: ask again. */
export class StepUnanswered extends RuntimeError {
  override readonly name = 'StepUnanswered';
  constructor(offer: string) {
    super('STEP_UNANSWERED', `No answer came from a node that offers ${offer}; ask again.`);
  }
}

/** The definition cannot be made durable. Lists every problem with its remedy. */
export class RegistrationError extends RuntimeError {
  override readonly name = 'RegistrationError';
  readonly problems: readonly string[];
  constructor(type: string, problems: readonly string[]) {
    super('REGISTRATION_REFUSED', `Actor type '${type}' cannot be durable:\n- ${problems.join('\n- ')}`);
    this.problems = problems;
  }
}

/** No answer from the bus: trying again is all there is to do. */
export function isOutage(error: unknown): boolean {
  return error instanceof Error && error.name === 'BusError';
}
