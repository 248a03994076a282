/** A nats-server of a test's own, in a folder that goes away with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startNatsServer, type NatsServer, type NatsServerOptions } from '#tools/nats-server.ts';

export type TestNatsServer = NatsServer & { dispose(): Promise<void> };

/** Starts a fresh, empty server. Call `dispose` in `afterAll` or `afterEach`. */
export async function startTestNatsServer(
  options: Omit<NatsServerOptions, 'dataDir'> = {},
): Promise<TestNatsServer> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'windlass-nats-'));
  const server = await startNatsServer({ ...options, dataDir });
  const dispose = async (): Promise<void> => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  // The prototype keeps the live `pid` getter; a spread would freeze its first value.
  return Object.assign(Object.create(server) as NatsServer, { dispose });
}
