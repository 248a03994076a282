/**
 * The only place that knows what an AWS error is worth. Everything else sees a Failure.
 *
 * An error that is not listed counts as `unknown-outcome`: never silently terminal, since giving up on something that
 * happened leaves it behind. Such failures carry `details.unlisted`, to be counted and added here.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html
 */
import type { Failure, FailureKind } from '#contracts/failure.ts';
import { ActivityFailed } from '#runtime/activity.ts';

export type FailureHint = {
  /** What was tried, for people: `CreateAutoScalingGroup shop-v001`. */
  doing: string;
  /** Nothing can have happened by a read. */
  effect: 'read' | 'write';
  /** When we made the thing ourselves: not found may mean not visible yet. */
  createdAtMs?: number | undefined;
  nowMs: number;
};

/** How long our own creation may stay invisible. */
export const VISIBLE_AFTER_MS_MAX = 5 * 60_000;

const THROTTLES = new Set([
  'BandwidthLimitExceeded',
  'EC2Throttled',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
  'Throttled',
  'Throttling',
  'TooManyRequests',
  'TransactionInProgress',
]);

/** The request never left: nothing happened. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Sent, but no answer came: it may have happened. */
const NO_ANSWER = new Set([
  'AbortError',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
]);

const BUSY = new Set([
  'ConcurrentModification',
  'ConcurrentUpdate',
  'DeleteConflict',
  'DependencyViolation',
  'IdempotentCallInProgress',
  'IncorrectInstanceState',
  'IncorrectState',
  'OperationInProgress',
  'ResourceContention',
  'ResourceInUse',
  'ScalingActivityInProgress',
]);

const CAPACITY = new Set([
  'InsufficientCapacity',
  'InsufficientHostCapacity',
  'InsufficientInstanceCapacity',
  'InsufficientReservedInstanceCapacity',
  'MaxSpotInstanceCountExceeded',
]);

/** Fresh credentials and another try help. */
const CREDENTIALS = new Set([
  'ExpiredToken',
  'ExpiredCredentials',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
]);

const TERMINAL = new Set([
  'AccessDenied',
  'AuthFailure',
  'Blocked',
  'IdempotentParameterMismatch',
  'InvalidAction',
  'InvalidClientTokenId',
  'InvalidTarget',
  'MalformedPolicyDocument',
  'MissingAction',
  'MissingAuthenticationToken',
  'MissingInput',
  'MissingParameter',
  'OptInRequired',
  'ParameterProblem',
  'PendingVerification',
  'SignatureDoesNotMatch',
  'UnauthorizedOperation',
  'UnknownParameter',
  'UnrecognizedClient',
  'Unsupported',
  'UnsupportedOperation',
  'VPCIdNotSpecified',
]);

const REMEDIES: Record<FailureKind, string> = {
  throttle: 'Windlass slows down and tries again.',
  transient: 'Nothing happened; Windlass tries again.',
  'unknown-outcome': 'It may have happened; Windlass looks before it tries again.',
  'not-visible-yet': 'AWS does not show it yet; Windlass waits.',
  busy: 'The resource is changing; Windlass waits.',
  capacity: 'AWS has no room; Windlass tries again. Another instance type or zone may help.',
  terminal: 'Trying again cannot help: correct the request or the permissions.',
};

type AwsErrorFields = {
  name?: string;
  code?: string;
  Code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
  cause?: unknown;
};

/** The AWS code without the SDK's decorations: `AlreadyExistsFault` is `AlreadyExists`. */
export function awsCodeOf(error: unknown): string {
  const { name, code, Code } = fieldsOf(error);
  if (code !== undefined && /^E[A-Z_]+$/.test(code)) return code;
  const raw =
    name === undefined || name === 'Error' || name === 'AggregateError'
      ? (Code ?? code ?? name ?? 'Unknown')
      : name;
  return raw === 'RequestTimeoutException' ? raw : raw.replace(/(Exception|Fault)$/, '');
}

/** Whether the error says that the thing is not there. Auto Scaling says so in a ValidationError's text only. */
export function isNotFound(error: unknown): boolean {
  const code = awsCodeOf(error);
  if (code.endsWith('NotFound')) return true;
  return code.startsWith('Validation') && /not found|does not exist/i.test(fieldsOf(error).message ?? '');
}

/** Whether the error says that a thing of this name is there already. */
export function isAlreadyExists(error: unknown): boolean {
  return (
    /(AlreadyExists|Duplicate|AlreadyInUse)$/.test(awsCodeOf(error)) || /\.Duplicate/.test(awsCodeOf(error))
  );
}

/** Whether the credentials were refused as stale: fetch new ones before the next try. */
export function isStaleCredentials(error: unknown): boolean {
  return CREDENTIALS.has(awsCodeOf(error));
}

export function isThrottle(error: unknown): boolean {
  return THROTTLES.has(awsCodeOf(error)) || fieldsOf(error).$metadata?.httpStatusCode === 429;
}

/** What a retry is worth, and whether the error is listed at all. */
export function classify(error: unknown, hint: FailureHint): { kind: FailureKind; isListed: boolean } {
  const listed = (kind: FailureKind) => ({ kind, isListed: true });
  const code = awsCodeOf(error);
  const { message = '', $metadata } = fieldsOf(error);
  const status = $metadata?.httpStatusCode ?? 0;
  if (isThrottle(error)) return listed('throttle');
  if (CAPACITY.has(code)) return listed('capacity');
  if (BUSY.has(code) || /delete in progress|pending delete/i.test(message)) return listed('busy');
  if (NOT_SENT.has(code) || /establish(ing)? a connection/.test(message)) return listed('transient');
  if (CREDENTIALS.has(code) || /^Credentials?(Provider)?Error$/.test(code)) return listed('transient');
  if (isOurOwnStillInvisible(error, hint)) return listed('not-visible-yet');
  if (isTerminal(code) || isNotFound(error) || isAlreadyExists(error)) return listed('terminal');
  if (NO_ANSWER.has(code) || status >= 500) return listed(unanswered(hint));
  return { kind: unanswered(hint), isListed: false };
}

function unanswered({ effect }: FailureHint): FailureKind {
  return effect === 'read' ? 'transient' : 'unknown-outcome';
}

function isTerminal(code: string): boolean {
  return TERMINAL.has(code) || /^(Validation|Invalid|Malformed)/.test(code) || code.endsWith('LimitExceeded');
}

function isOurOwnStillInvisible(error: unknown, { createdAtMs, nowMs }: FailureHint): boolean {
  if (createdAtMs === undefined || nowMs - createdAtMs > VISIBLE_AFTER_MS_MAX) return false;
  return isNotFound(error) || /invalid iam ?instance ?profile/i.test(fieldsOf(error).message ?? '');
}

/** The Failure for an AWS error; a failure that is one already stays as it is. */
export function awsFailure(error: unknown, hint: FailureHint): ActivityFailed {
  if (error instanceof ActivityFailed) return error;
  const { kind, isListed } = classify(error, hint);
  const { message = String(error), $metadata } = fieldsOf(error);
  const failure: Failure = {
    code: `AWS_${snakeOf(awsCodeOf(error))}`,
    message: `${hint.doing}: ${message} ${REMEDIES[kind]}`.slice(0, 4096),
    kind,
    ...(kind === 'throttle' ? { retryAfterMs: 1_000 } : {}),
    details: {
      awsCode: awsCodeOf(error),
      ...($metadata?.requestId === undefined ? {} : { requestId: $metadata.requestId }),
      ...(isListed ? {} : { unlisted: true }),
    },
  };
  return new ActivityFailed(failure, { cause: error });
}

function fieldsOf(error: unknown): AwsErrorFields {
  return typeof error === 'object' && error !== null ? (error as AwsErrorFields) : {};
}

function snakeOf(code: string): string {
  return code
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()
    .slice(0, 120);
}
