import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '#contracts/failure.ts';
import type { WebhookRequest } from '#contracts/webhook.ts';
import { ActivityFailed, type ActivityContext } from '#runtime/activity.ts';
import { webhook } from '#services/orca/activities/webhook.activity.ts';
import { activityContext } from '#test/support/activity-context.ts';

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };
type Answer = (request: Seen, response: ServerResponse) => void;

let server: Server;
let origin: string;
let host: string;
let seen: Seen[];
let answer: Answer;

beforeEach(async () => {
  seen = [];
  answer = (_request, response) => response.writeHead(200).end('ok');
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(entry);
      answer(entry, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${host}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function aRequest(fields: Partial<WebhookRequest> = {}): WebhookRequest {
  return {
    url: `${origin}/hook`,
    method: 'POST',
    headers: {},
    failFastStatusCodes: [],
    retryStatusCodes: [],
    attemptsMaxByStatus: {},
    ...fields,
  };
}

function call(fields: Partial<WebhookRequest> = {}, context: Partial<ActivityContext> = {}) {
  return webhook({ allowedHosts: [host], timeoutMs: 1_000, bodyBytesMax: 64 })(
    aRequest(fields),
    activityContext(context),
  );
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ActivityFailed) return error.failure;
  throw new Error(`Expected an ActivityFailed, got ${String(error)}`);
}

describe('webhook activity', () => {
  it('sends method, JSON payload, headers and a stable idempotency key', async () => {
    answer = (_request, response) => response.writeHead(201, { 'x-build': '7' }).end('{"id":7}');
    const response = await call({ payload: { app: 'myapp' }, headers: { 'X-Token': 'secret' } });
    expect(response).toMatchObject({ statusCode: 201, body: { id: 7 }, headers: { 'x-build': '7' } });
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/hook',
        body: '{"app":"myapp"}',
        headers: { 'x-token': 'secret', 'idempotency-key': 'key-1', 'content-type': 'application/json' },
      },
    ]);
  });

  it('returns a refusal of the other side, for the stage to judge', async () => {
    answer = (_request, response) => response.writeHead(404).end('nothing here');
    expect(await call()).toMatchObject({ statusCode: 404, body: 'nothing here' });
  });

  it('calls no host that is not allowed', async () => {
    const forbidden = webhook({ allowedHosts: ['example.com'] });
    const failure = await failureOf(forbidden(aRequest(), activityContext()));
    expect(failure).toMatchObject({ code: 'WEBHOOK_HOST_FORBIDDEN', kind: 'terminal' });
    expect(seen).toEqual([]);
  });

  it('allows every port of a host that is listed without one', async () => {
    const open = webhook({ allowedHosts: ['127.0.0.1'] });
    expect(await open(aRequest(), activityContext())).toMatchObject({ statusCode: 200 });
  });

  it.each(['file:///etc/passwd', 'ftp://example.com', 'http://user:pass@example.com/', 'nonsense'])(
    'refuses the URL %s',
    async (url) => {
      expect(await failureOf(call({ url }))).toMatchObject({ code: 'WEBHOOK_URL_INVALID', kind: 'terminal' });
    },
  );

  it('follows a redirect of a reading call to an allowed host', async () => {
    answer = ({ url }, response) =>
      url === '/hook'
        ? response.writeHead(302, { location: '/there' }).end()
        : response.writeHead(200).end('"here"');
    expect(await call({ method: 'GET' })).toMatchObject({ statusCode: 200, body: 'here' });
  });

  it('follows no redirect to a host that is not allowed', async () => {
    answer = (_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end();
    expect(await failureOf(call({ method: 'GET' }))).toMatchObject({ code: 'WEBHOOK_HOST_FORBIDDEN' });
  });

  it('follows no redirect of a call that changes something', async () => {
    answer = (_request, response) => response.writeHead(307, { location: '/there' }).end();
    expect(await call()).toMatchObject({ statusCode: 307 });
    expect(seen).toHaveLength(1);
  });

  it('gives up on a chain of redirects', async () => {
    answer = (_request, response) => response.writeHead(302, { location: '/again' }).end();
    expect(await failureOf(call({ method: 'GET' }))).toMatchObject({
      code: 'WEBHOOK_REDIRECTS',
      kind: 'terminal',
    });
    expect(seen).toHaveLength(4);
  });

  it('asks for another try when the other side is overloaded or broken', async () => {
    answer = (_request, response) => response.writeHead(429, { 'retry-after': '7' }).end();
    expect(await failureOf(call())).toMatchObject({ kind: 'throttle', retryAfterMs: 7_000 });
    answer = (_request, response) => response.writeHead(503).end();
    expect(await failureOf(call())).toMatchObject({ code: 'WEBHOOK_STATUS_503', kind: 'transient' });
    answer = (_request, response) => response.writeHead(404).end();
    expect(await failureOf(call({ retryStatusCodes: [404] }))).toMatchObject({ kind: 'transient' });
  });

  it('returns a status that is to fail fast, or was tried often enough', async () => {
    answer = (_request, response) => response.writeHead(504).end();
    expect(await call({ failFastStatusCodes: [504] })).toMatchObject({ statusCode: 504 });
    const limited = { attemptsMaxByStatus: { 504: 3 } };
    expect(await failureOf(call(limited, { attempt: 2 }))).toMatchObject({ kind: 'transient' });
    expect(await call(limited, { attempt: 3 })).toMatchObject({ statusCode: 504 });
  });

  it('cuts a body that is too long', async () => {
    answer = (_request, response) => response.writeHead(200).end('x'.repeat(100_000));
    expect(await call()).toMatchObject({ body: 'x'.repeat(64), bodyTruncated: true });
  });

  it('gives up waiting, not knowing what happened', async () => {
    answer = () => undefined;
    expect(await failureOf(call())).toMatchObject({ code: 'WEBHOOK_TIMEOUT', kind: 'unknown-outcome' });
  });

  it('stops at once when it is cancelled', async () => {
    const controller = new AbortController();
    answer = () => controller.abort();
    expect(await failureOf(call({}, { signal: controller.signal }))).toMatchObject({
      kind: 'unknown-outcome',
    });
  });

  it('knows that nothing happened when nobody listens', async () => {
    const gone = webhook({ allowedHosts: ['127.0.0.1'] });
    const failure = await failureOf(gone(aRequest({ url: 'http://127.0.0.1:1/' }), activityContext()));
    expect(failure).toMatchObject({ code: 'WEBHOOK_UNREACHABLE' });
  });

  it('refuses headers that are the client’s own', async () => {
    expect(await failureOf(call({ headers: { Host: 'elsewhere' } }))).toMatchObject({
      code: 'WEBHOOK_HEADER_INVALID',
    });
    expect(await failureOf(call({ headers: { 'X-A': 'a\r\nX-B: b' } }))).toMatchObject({
      code: 'WEBHOOK_HEADER_INVALID',
    });
  });
});
