/** What the bus says when it cannot do a thing. */

/** JetStream API error codes the runtime decides on. */
export const JetStreamCode = {
  messageNotFound: 10037,
  /** The cluster has no leader of its own. */
  clusterNotAvailable: 10008,
  streamNotFound: 10059,
  streamNameInUse: 10058,
  consumerNotFound: 10014,
  /** Compare-and-set lost: the subject's last sequence is another one. */
  wrongLastSequence: 10071,
  /** The same subject is being written by another batch. */
  wrongLastSequenceConstant: 10164,
  duplicateInBatch: 10201,
  tooManyBatches: 10210,
} as const;

/** An error answer of JetStream, or no answer at all. */
export class BusError extends Error {
  override readonly name = 'BusError';
  /** JetStream's `err_code`; 0 when there was no answer. */
  readonly code: number;
  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** True when nobody knows whether the server did it: no answer came. */
export function isUnknownOutcome(error: unknown): boolean {
  return !(error instanceof BusError) || error.code === 0;
}

/** True when a compare-and-set was refused. */
export function isConflict(error: unknown): boolean {
  return (
    error instanceof BusError &&
    (error.code === JetStreamCode.wrongLastSequence || error.code === JetStreamCode.wrongLastSequenceConstant)
  );
}
