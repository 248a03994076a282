/** Finds nats-server and Chromium once before the tests, so that test processes do not install them side by side. */
import { findChromium } from '#tools/chromium-find.ts';
import { setup as findServer } from './nats-server-setup.ts';

export async function setup(): Promise<void> {
  await findServer();
  process.env['CHROMIUM'] = findChromium();
}
