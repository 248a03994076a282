/**
 * The other side of the examples' webhooks: a test service that takes a moment.
 *
 * `POST /smoke-test` starts a test and answers 202 with `{id, statusUrl, status}`; `GET` of the status URL says
 * RUNNING, and SUCCEEDED after a second. A payload with `"outcome": "FAILED"` fails. `POST /announce` answers 200.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

const HOST = '127.0.0.1';
const TEST_DURATION_MS = 1_000;

export type SmokeTestEndpoint = {
  url: string;
  /** `host:port`, as the list of allowed webhook hosts wants it. */
  host: string;
  close(): Promise<void>;
};

type SmokeTest = { endsAtMs: number; outcome: string };

/** Resolves when it listens. */
export async function startSmokeTestEndpoint(port: number | undefined): Promise<SmokeTestEndpoint> {
  const tests = new Map<string, SmokeTest>();
  const server = createServer((request, response) => {
    answer({ request, response, tests }).catch((error: unknown) => {
      send(response, 400, { error: String(error) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port ?? 0, HOST, resolve);
  });
  // `listening` has happened on a TCP port, so the address is one.
  const host = `${HOST}:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Exchange = { request: IncomingMessage; response: ServerResponse; tests: Map<string, SmokeTest> };

async function answer({ request, response, tests }: Exchange): Promise<void> {
  const [, kind, id] = (request.url ?? '/').split('?')[0]?.split('/') ?? [];
  if (request.method === 'POST' && kind === 'smoke-test') {
    const { outcome = 'SUCCEEDED' } = ((await json(request)) ?? {}) as { outcome?: string };
    const started = randomUUID();
    tests.set(started, { endsAtMs: Date.now() + TEST_DURATION_MS, outcome });
    const statusUrl = `http://${request.headers.host ?? HOST}/smoke-test/${started}`;
    return send(response, 202, { id: started, status: 'RUNNING', statusUrl });
  }
  const test = kind === 'smoke-test' && id ? tests.get(id) : undefined;
  if (request.method === 'GET' && test) {
    return send(response, 200, { id, status: Date.now() < test.endsAtMs ? 'RUNNING' : test.outcome });
  }
  if (request.method === 'POST' && kind === 'announce') return send(response, 200, { status: 'announced' });
  return send(response, 404, { error: `nothing at ${request.url ?? '/'}` });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
