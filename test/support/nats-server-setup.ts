/** Finds the nats-server once before the tests, so that test processes do not fetch it side by side. */
import { findNatsServer } from '#tools/nats-server-find.ts';

export async function setup(): Promise<void> {
  const { path } = await findNatsServer();
  process.env['NATS_SERVER'] = path;
}
