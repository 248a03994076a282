/** Starts the console's server in this process. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Bus } from '#bus/connect.ts';
import { Address } from '#contracts/address.ts';
import { followBusState } from './bus-state.ts';
import { Catalogue } from './catalogue.ts';
import { eventStream } from './event-stream.ts';
import { pageFiles, type PageFile } from './page-files.ts';
import { PageFeed, type PageChoice } from './page-feed.ts';
import { guardRequests } from './request-guard.ts';

const THIS_MACHINE = '127.0.0.1';

export type ConsoleOptions = {
  bus: Bus;
  /** 0 picks a free one. */
  port: number;
  /** Where to listen; default: this machine alone. Elsewhere only behind a port that is bound to it. */
  host?: string;
  /** Where the page was built before; default: it is built now. */
  pageFolder?: string;
};

export type RunningConsole = {
  /** Where a browser of this machine finds it. */
  readonly url: string;
  /** Stops serving; open pages are cut off. */
  close(): Promise<void>;
};

/** Resolves when it listens. Rejects when the port is taken or the page does not build. */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { bus, port, host = THIS_MACHINE } = options;
  const busState = followBusState(bus);
  const [files, catalogue] = await Promise.all([
    pageFiles(options.pageFolder),
    Catalogue.open(bus, busState),
  ]);
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(guardRequests);
  app.get('/', () => respond(files.get('/page.html'), undefined));
  app.get('/assets/:name', (context) => {
    return respond(files.get(context.req.path), context.req.header('if-none-match'));
  });
  app.get('/live', (context) => {
    const choice = choiceOf(context.req.query());
    return eventStream(context, (send) => {
      const feed = new PageFeed({ bus, busState, catalogue, choice, send });
      void feed.start().catch((error: unknown) => feed.fail(error));
      return () => feed.close();
    });
  });
  const server = serve({ fetch: app.fetch, createServer, hostname: host, port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  return {
    // `listening` has happened on a TCP port, so the address is one.
    url: `http://${THIS_MACHINE}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
      await catalogue.close();
    },
  };
}

/** What does not read as an address is as if it was not chosen. */
function choiceOf(query: Readonly<Record<string, string>>): PageChoice {
  const root = Address.safeParse(query['root']).data;
  const actor = Address.safeParse(query['actor']).data;
  return { ...(root ? { root } : {}), ...(actor ? { actor } : {}) };
}

function respond(file: PageFile | undefined, knownEtag: string | undefined): Response {
  if (!file) return new Response('There is nothing here.\n', { status: 404 });
  const headers = { 'content-type': file.contentType, etag: file.etag, 'cache-control': 'no-cache' };
  if (knownEtag === file.etag) return new Response(null, { status: 304, headers });
  return new Response(file.body, { headers });
}
