/**
 * Ends, or keeps alive, an attempt from outside of any worker, by the token that its code got from `completeLater()`.
 *
 * The token counts for its own attempt of its own visit of the state alone, and until the next attempt begins. The actor
 * decides, so its answer is final: what it took is committed.
 */
import { randomUUID } from 'node:crypto';
import { decodeActivityToken, type ActivityToken } from '#contracts/activity-token.ts';
import type { ActivityOutcome } from '#contracts/activity-task.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { Failure } from '#contracts/failure.ts';
import { Json } from '#contracts/json.ts';
import { INLINE_BYTES_MAX } from '#contracts/large-payload.ts';
import { aboutAttempt } from './attempt-reports.ts';
import { outputTooLarge } from './activity-failures.ts';
import { isLargePayload, storePayload } from './large-payloads.ts';
import type { Asks, Blobs } from './ports.ts';

const ANSWER_TIMEOUT_MS = 10_000;

export type CompletionPorts = { asks: Asks; blobs: Blobs };

/** `taken`: committed. `stored`: no owner answered in time; the actor takes it later, unless it is too late by then. */
export type CompletionAnswer = 'taken' | 'stored';

export type TokenErrorCode =
  | 'ACTIVITY_TOKEN_INVALID'
  | 'ACTIVITY_TOKEN_STALE'
  | 'ACTIVITY_UNKNOWN_ACTOR'
  | 'ACTIVITY_OUTPUT_INVALID'
  | 'ACTIVITY_OUTPUT_TOO_LARGE';

/** Nothing came of a token. */
export class ActivityTokenError extends Error {
  override readonly name = 'ActivityTokenError';
  readonly code: TokenErrorCode;
  constructor(code: TokenErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The activity succeeded. An output that its declaration calls large is stored, and the machine sees a reference.
 * @throws ActivityTokenError
 */
export async function completeActivity(
  ports: CompletionPorts,
  token: string,
  output?: Json,
): Promise<CompletionAnswer> {
  const named = parsed(token);
  if (output === undefined) return end(ports, named, { status: 'succeeded' });
  const inline =
    named.largeOutput === true && !isLargePayload(output) ? await storePayload(ports.blobs, output) : output;
  const sizeBytes = Buffer.byteLength(JSON.stringify(Json.parse(inline)));
  if (sizeBytes > INLINE_BYTES_MAX) {
    throw new ActivityTokenError(
      'ACTIVITY_OUTPUT_TOO_LARGE',
      outputTooLarge(named.childId, sizeBytes).message,
    );
  }
  return end(ports, named, { status: 'succeeded', output: inline });
}

/** The attempt failed; the policy of the activity decides whether another one follows. @throws ActivityTokenError */
export async function failActivity(
  ports: CompletionPorts,
  token: string,
  failure: Failure,
): Promise<CompletionAnswer> {
  return end(ports, parsed(token), { status: 'failed', failure: Failure.parse(failure) });
}

/**
 * The attempt goes on; details are shown and given to the next one. When this says that the token is stale, nobody waits
 * any more: stop the work. @throws ActivityTokenError
 */
export async function heartbeatActivity(
  ports: CompletionPorts,
  token: string,
  details?: Json,
): Promise<CompletionAnswer> {
  const named = parsed(token);
  const about = aboutOf(named, 'beat');
  return ask(ports, named, {
    ...about,
    kind: 'activity-progress',
    ...(details === undefined ? {} : { details }),
  });
}

function parsed(text: string): ActivityToken {
  const token = decodeActivityToken(text);
  if (token !== null) return token;
  throw new ActivityTokenError(
    'ACTIVITY_TOKEN_INVALID',
    'This is no token of an activity, or one of a later version. Pass on exactly what completeLater() returned.',
  );
}

async function end(
  ports: CompletionPorts,
  token: ActivityToken,
  outcome: ActivityOutcome,
): Promise<CompletionAnswer> {
  return ask(ports, token, {
    ...aboutOf(token, 'end'),
    kind: 'activity-result',
    outcome,
    byToken: true,
  });
}

async function ask(
  { asks }: CompletionPorts,
  token: ActivityToken,
  envelope: Envelope,
): Promise<CompletionAnswer> {
  const answer = await asks.ask(envelope, ANSWER_TIMEOUT_MS);
  if (answer === null) return 'stored';
  if (answer.outcome === 'applied') return 'taken';
  throw refusal(token, answer.reason ?? '');
}

function refusal({ actor, childId, attempt }: ActivityToken, reason: string): ActivityTokenError {
  if (reason.startsWith('ACTOR_UNKNOWN')) {
    return new ActivityTokenError(
      'ACTIVITY_UNKNOWN_ACTOR',
      `The actor ${actor} does not exist. Is this the right deployment, or has its record expired?`,
    );
  }
  return new ActivityTokenError(
    'ACTIVITY_TOKEN_STALE',
    `Nobody waits for attempt ${attempt} of '${childId}' in ${actor} any more (${reason}): it has ended, was cancelled, ` +
      'or its time was over and another attempt has begun. Nothing was changed; a later attempt has a token of its own.',
  );
}

/** Each call is an envelope of its own: the second of two equal ones shall hear that it is stale. */
function aboutOf(token: ActivityToken, what: string) {
  return aboutAttempt(token, `token-${what}-${randomUUID()}`);
}
