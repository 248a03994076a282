/**
 * Where viewers of the Stately Inspector protocol connect: a WebSocket, and a page that hands its frames to the
 * inspector of stately.ai in a frame. On this machine alone.
 *
 * S1 A viewer gets everything as it is when it connects, then each frame as it comes.
 * S2 A foreign page cannot connect: a browser says where a socket was opened, and that must be our own page.
 * S3 A viewer that does not read is cut off; nothing piles up for it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, WebSocket } from 'ws';
import type { InspectorFrame } from './inspector-frames.ts';

const HOST = '127.0.0.1';
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;

export type InspectorServerOptions = {
  /** 0: any free one. */
  port: number;
  /** The inspector's page, shown in a frame. */
  viewer: string;
  /** Everything as it is now, for a viewer that connects. */
  all: () => readonly InspectorFrame[];
};

export class InspectorServer {
  readonly #http: Server;
  readonly #sockets: WebSocketServer;

  private constructor(http: Server, sockets: WebSocketServer) {
    this.#http = http;
    this.#sockets = sockets;
  }

  /** Resolves when it listens. Rejects when the port is taken. */
  static async start(options: InspectorServerOptions): Promise<InspectorServer> {
    const http = createServer((request, response) => answer({ request, response, viewer: options.viewer }));
    const sockets = new WebSocketServer({
      server: http,
      verifyClient: ({ req }: { req: IncomingMessage }) => isOwn(req),
    });
    sockets.on('connection', (socket) => {
      for (const frame of options.all()) socket.send(JSON.stringify(frame));
    });
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(options.port, HOST, resolve);
    });
    return new InspectorServer(http, sockets);
  }

  /** For a browser of this machine; the same address with `ws:` for other viewers. */
  get url(): string {
    // It listens on a TCP port, so the address is one.
    return `http://localhost:${(this.#http.address() as AddressInfo).port}`;
  }

  /** Viewers that are connected now. */
  get viewers(): number {
    return this.#sockets.clients.size;
  }

  send(frame: InspectorFrame): void {
    const text = JSON.stringify(frame);
    for (const socket of this.#sockets.clients) {
      if (socket.bufferedAmount > UNREAD_BYTES_MAX) socket.terminate();
      else if (socket.readyState === WebSocket.OPEN) socket.send(text);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }
}

/** A name that was made to resolve to this machine is not this machine; programs that are no browser send no Origin. */
function isOwn({ headers: { host = '', origin } }: IncomingMessage): boolean {
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
  return isLocal && (origin === undefined || origin === `http://${host}`);
}

type Exchange = { request: IncomingMessage; response: ServerResponse; viewer: string };
type Content = { contentType: string; body: string; policy?: string };

function answer({ request, response, viewer }: Exchange): void {
  const [status, { contentType, body, policy }] = contentOf(request, viewer);
  response.writeHead(status, {
    'content-type': `${contentType}; charset=utf-8`,
    'x-content-type-options': 'nosniff',
    ...(policy === undefined ? {} : { 'content-security-policy': policy }),
  });
  response.end(body);
}

function contentOf(request: IncomingMessage, viewer: string): [status: number, content: Content] {
  const { origin } = new URL(viewer);
  if (!isOwn(request))
    return [403, { contentType: 'text/plain', body: 'It answers on this machine only.\n' }];
  if (request.url === '/bridge.js')
    return [200, { contentType: 'text/javascript', body: bridgeScript(origin) }];
  if (request.url === '/bridge.css') return [200, { contentType: 'text/css', body: BRIDGE_STYLE }];
  if (request.url !== '/') return [404, { contentType: 'text/plain', body: 'There is nothing here.\n' }];
  const socket = `ws://${request.headers.host ?? ''}`;
  const policy = `default-src 'none'; script-src 'self'; style-src 'self'; connect-src ${socket}; frame-src ${origin}`;
  return [200, { contentType: 'text/html', body: bridgePage(viewer), policy }];
}

const BRIDGE_STYLE = 'html, body, iframe { width: 100%; height: 100%; margin: 0; border: 0; }\n';

function bridgePage(viewer: string): string {
  const source = viewer.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Windlass in the Stately Inspector</title>
    <link rel="stylesheet" href="/bridge.css" />
  </head>
  <body>
    <iframe id="viewer" title="Stately Inspector" src="${source}"></iframe>
    <script src="/bridge.js"></script>
  </body>
</html>
`;
}

/** Frames go to the viewer's own origin and nowhere else; those that come before it is there wait for it. */
function bridgeScript(origin: string): string {
  return `const viewer = document.getElementById('viewer');
const origin = ${JSON.stringify(origin)};
const waiting = [];
let ready = false;
addEventListener('message', ({ data, source }) => {
  if (source !== viewer.contentWindow || data?.type !== '@statelyai.connected') return;
  ready = true;
  for (const frame of waiting.splice(0)) viewer.contentWindow.postMessage(frame, origin);
});
const socket = new WebSocket('ws://' + location.host);
socket.addEventListener('message', ({ data }) => {
  const frame = JSON.parse(data);
  if (ready) viewer.contentWindow.postMessage(frame, origin);
  else waiting.push(frame);
});
socket.addEventListener('close', () => setTimeout(() => location.reload(), 1000));
`;
}
