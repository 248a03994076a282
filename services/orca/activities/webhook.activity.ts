/**
 * The activity `webhook`: one HTTP call.
 *
 * W1 Only hosts of the allow list are called, redirects included. An empty list allows none.
 * W2 An answer that the stage can judge is returned, whatever its status; what is worth another try is thrown.
 * W3 The body is read up to a limit, and no longer than the attempt may take.
 * Every attempt carries the same `Idempotency-Key`, so that the other side can tell a repeated call.
 */
import type { Failure, FailureKind } from '#contracts/failure.ts';
import type { Json } from '#contracts/json.ts';
import { WebhookRequest, type WebhookResponse } from '#contracts/webhook.ts';
import { ActivityFailed, type ActivityContext } from '#runtime/activity.ts';
import { readBody } from './webhook-body.ts';
import { allowedUrl } from './webhook-hosts.ts';

const REDIRECTS_MAX = 3;
const HEADERS_MAX = 64;
const HEADER_CHARS_MAX = 1_024;
const BODY_BYTES_MAX = 32_768;
const TIMEOUT_MS = 30_000;

/** Set by the HTTP client alone. */
const RESERVED_HEADERS = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade']);

export type WebhookActivityOptions = {
  /** `host` (any port) or `host:port`. */
  allowedHosts: readonly string[];
  /** One attempt, in milliseconds. */
  timeoutMs?: number;
  bodyBytesMax?: number;
};

/** @throws ActivityFailed by the returned activity, with a kind that says what a retry is worth */
export function webhook(options: WebhookActivityOptions) {
  return async (input: WebhookRequest, context: ActivityContext): Promise<WebhookResponse> => {
    const request = WebhookRequest.parse(input);
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)]);
    const response = await call(request, { options, context, signal });
    return judged(request, response, context.attempt);
  };
}

type Call = { options: WebhookActivityOptions; context: ActivityContext; signal: AbortSignal };

async function call(request: WebhookRequest, { options, context, signal }: Call): Promise<WebhookResponse> {
  let url = allowedUrl(request.url, options.allowedHosts);
  let headers = requestHeaders(request, context.idempotencyKey);
  for (let redirects = 0; ; redirects += 1) {
    try {
      const response = await fetch(url, {
        method: request.method,
        headers,
        redirect: 'manual',
        signal,
        ...(request.payload === undefined ? {} : { body: bodyText(request.payload) }),
      });
      const next = redirectTarget(request, response, url);
      if (next === undefined) return await readResponse(response, options.bodyBytesMax ?? BODY_BYTES_MAX);
      await response.body?.cancel();
      if (redirects >= REDIRECTS_MAX) {
        throw failed(
          'WEBHOOK_REDIRECTS',
          'terminal',
          `${request.url} redirects more than ${REDIRECTS_MAX} times.`,
        );
      }
      const target = allowedUrl(next, options.allowedHosts);
      // What was meant for one origin, a token say, is not shown to another.
      if (target.origin !== url.origin) headers = new Headers({ 'idempotency-key': context.idempotencyKey });
      url = target;
    } catch (error) {
      throw error instanceof ActivityFailed ? error : networkFailure(error, { url, signal });
    }
  }
}

function requestHeaders(request: WebhookRequest, idempotencyKey: string): Headers {
  const headers = new Headers({ 'idempotency-key': idempotencyKey });
  if (request.payload !== undefined) headers.set('content-type', 'application/json');
  for (const [name, value] of Object.entries(request.headers)) {
    if (RESERVED_HEADERS.has(name.toLowerCase())) {
      throw failed('WEBHOOK_HEADER_INVALID', 'terminal', `The header '${name}' cannot be set. Leave it out.`);
    }
    try {
      headers.set(name, value);
    } catch {
      throw failed(
        'WEBHOOK_HEADER_INVALID',
        'terminal',
        `The header '${name}' is not a valid HTTP header. Correct it.`,
      );
    }
  }
  return headers;
}

function bodyText(payload: Json): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

/** Only reading calls follow a redirect: repeating any other elsewhere is not ours to decide. */
function redirectTarget(request: WebhookRequest, response: Response, from: URL): string | undefined {
  const location = response.headers.get('location');
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads || location === null || response.status < 300 || response.status > 399) return undefined;
  return URL.canParse(location, from.href) ? new URL(location, from).href : undefined;
}

async function readResponse(response: Response, bytesMax: number): Promise<WebhookResponse> {
  const { text, truncated } = await readBody(response, bytesMax);
  const headers = [...response.headers]
    .filter(([name]) => name !== 'set-cookie')
    .slice(0, HEADERS_MAX)
    .map(([name, value]) => [name, value.slice(0, HEADER_CHARS_MAX)]);
  return {
    statusCode: response.status,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: truncated ? text : parsed(text),
    ...(truncated ? { bodyTruncated: true } : {}),
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** 429, 5xx and the stage's own list are tried again, unless the stage wants to fail fast or has had enough. */
function judged(request: WebhookRequest, response: WebhookResponse, attempt: number): WebhookResponse {
  const { statusCode } = response;
  const again = statusCode === 429 || statusCode >= 500 || request.retryStatusCodes.includes(statusCode);
  const attemptsMax = request.attemptsMaxByStatus[String(statusCode)] ?? Number.POSITIVE_INFINITY;
  if (!again || request.failFastStatusCodes.includes(statusCode) || attempt >= attemptsMax) return response;
  const message = `${request.method} ${request.url} answered with the status ${statusCode}; it is tried again.`;
  const kind = statusCode === 429 ? 'throttle' : 'transient';
  throw new ActivityFailed({ code: `WEBHOOK_STATUS_${statusCode}`, kind, message, ...retryAfter(response) });
}

function retryAfter(response: WebhookResponse): Pick<Failure, 'retryAfterMs'> {
  const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
  return Number.isInteger(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1_000 } : {};
}

/** Nothing reached the other side when its name or its port was not found; in all other cases it may have acted. */
function networkFailure(error: unknown, at: { url: URL; signal: AbortSignal }): ActivityFailed {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  const code = cause?.code ?? '';
  if (at.signal.aborted) {
    return failed(
      'WEBHOOK_TIMEOUT',
      'unknown-outcome',
      `${at.url.origin} did not answer in time; it is tried again.`,
    );
  }
  const untouched = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(code);
  const reason = cause?.message ?? (error instanceof Error ? error.message : String(error));
  return failed(
    'WEBHOOK_UNREACHABLE',
    untouched ? 'transient' : 'unknown-outcome',
    `${at.url.origin}: ${reason}`,
  );
}

function failed(code: string, kind: FailureKind, message: string): ActivityFailed {
  return new ActivityFailed({ code, kind, message: message.slice(0, 4_096) });
}
