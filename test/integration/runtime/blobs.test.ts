/** What the server keeps of large payloads. */
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { Topology } from '#contracts/topology.ts';
import { JetStreamBlobs } from '#runtime/jetstream/jetstream-blobs.ts';
import { loadPayload, storePayload } from '#runtime/large-payloads.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';

const DAYS_90_NS = 90 * 24 * 3_600 * 1_000_000_000;

describe('large payloads on a server', () => {
  let server: TestNatsServer;
  let bus: Bus;
  let blobs: JetStreamBlobs;
  beforeAll(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'blobs-test' });
    blobs = new JetStreamBlobs({ bus, topology: Topology.parse({}) });
  });
  afterAll(async () => {
    await bus.close();
    await server.dispose();
  });

  const stored = async () => (await jetstreamManager(bus)).streams.info('OBJ_blobs');

  it('are kept on disk for 90 days, and once when they are stored again', async () => {
    const value = 'x'.repeat(400_000);
    const reference = await storePayload(blobs, value);
    const { config, state } = await stored();
    expect(config).toMatchObject({ max_age: DAYS_90_NS, storage: 'file' });
    expect(state.messages).toBeGreaterThan(3);
    await storePayload(blobs, value);
    expect((await stored()).state.messages).toBe(state.messages);
    expect(await loadPayload(blobs, reference)).toBe(value);
  });

  it('survive a kill -9 of the server that acknowledged them', async () => {
    const value = { rows: Array.from({ length: 20_000 }, (_, row) => row) };
    const reference = await storePayload(blobs, value);
    await server.kill('SIGKILL');
    await server.restart();
    expect(await loadPayload(blobs, reference)).toEqual(value);
  });
});
