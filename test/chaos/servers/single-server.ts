/** One nats-server: what it lacks is gone until it runs again. */
import { startNatsServer } from '#tools/nats-server.ts';
import type { ServersUnderTest } from './servers-under-test.ts';

export async function startSingleServer(dataDir: string): Promise<ServersUnderTest> {
  const server = await startNatsServer({ dataDir });
  return {
    addresses: [server.url],
    replicas: 1,
    faults: ['kill'],
    names: [server.name],
    // Nobody else can answer meanwhile: what is measured is the way back, so it begins at once.
    break: async () => {
      await server.kill('SIGKILL');
      await server.restart();
    },
    mend: async () => undefined,
    untilHealthy: async () => undefined,
    stop: () => server.stop(),
  };
}
