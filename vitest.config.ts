import { defineConfig } from 'vitest/config';

/** Real servers and real processes take their time on a busy machine; no test asserts on time. */
const TEST_TIMEOUT_MS = 60_000;

const natsServer = './test/support/nats-server-setup.ts';

/** One project a kind of test: `vitest run --project unit`. */
const project = (name: string, options: { globalSetup?: string; fileParallelism?: boolean } = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    environment: 'node' as const,
    pool: 'forks' as const,
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    ...(options.globalSetup ? { globalSetup: [options.globalSetup] } : {}),
    ...(options.fileParallelism === false ? { fileParallelism: false } : {}),
  },
});

export default defineConfig({
  test: {
    projects: [
      project('tidy'),
      project('unit'),
      project('contract'),
      project('simulation'),
      project('conformance', { globalSetup: natsServer }),
      project('integration', { globalSetup: natsServer }),
      // Whole systems of several processes: one at a time.
      project('e2e', { globalSetup: natsServer, fileParallelism: false }),
      // The console in a real Chromium, with a whole deployment behind it.
      project('browser', { globalSetup: './test/support/browser-setup.ts', fileParallelism: false }),
      // Needs a Docker engine, so it runs only when asked for: npm test -- --project docker
      project('docker', { fileParallelism: false }),
    ],
  },
});
