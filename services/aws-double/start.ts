/** Starts the double in this process: for the demo, for tests, and for its own main. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { z } from 'zod';
import { AWS_ACTIONS } from './actions/aws-actions.ts';
import { AwsDouble } from './aws-double.ts';
import { Timings } from './cloud/timings.ts';
import { awsEndpoint } from './http/aws-endpoint.ts';
import { controlRoutes } from './http/control-routes.ts';
import { Seed, type SeedInput } from './seed/seed-format.ts';

export interface StartAwsDoubleOptions {
  /** 0, the default, picks a free port. */
  readonly port?: number;
  /** Address to listen on; the default is the loopback interface. */
  readonly host?: string;
  /** Where the journal is kept. Without one everything is forgotten on exit. */
  readonly dataDir?: string | undefined;
  /** Milliseconds; what is not named has the default of `Timings`. */
  readonly timings?: z.input<typeof Timings>;
  /** Planted when the double is empty; a double that has a journal keeps what it has. */
  readonly seed?: SeedInput | undefined;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface RunningAwsDouble {
  /** Endpoint for every AWS client, and root of `/_double`. */
  readonly url: string;
  /** Stops serving; open connections are cut. Idempotent. */
  readonly close: () => Promise<void>;
}

/** Resolves when it listens. @throws SeedError, ZodError; rejects when the port is taken */
export async function startAwsDouble(options: StartAwsDoubleOptions = {}): Promise<RunningAwsDouble> {
  const double = new AwsDouble({
    actions: AWS_ACTIONS,
    timings: Timings.parse(options.timings ?? {}),
    directory: options.dataDir,
    now: options.now ?? Date.now,
  });
  if (options.seed !== undefined && double.isEmpty) double.seed(Seed.parse(options.seed));
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.route('/_double', controlRoutes(double));
  app.post('/', awsEndpoint(double));
  const host = options.host ?? '127.0.0.1';
  const server = serve({ fetch: app.fetch, createServer, hostname: host, port: options.port ?? 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  // `listening` has happened on a TCP port, so the address is one.
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise<void>((resolve) => {
      server.close(() => {
        double.close();
        resolve();
      });
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
    return closing;
  };
  return { url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`, close };
}
