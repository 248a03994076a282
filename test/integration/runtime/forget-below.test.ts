import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JetStreamCode } from '#bus/bus-error.ts';
import { connectBus, type Bus } from '#bus/connect.ts';
import { forgetBelow } from '#bus/forget-below.ts';
import { publish } from '#bus/publish.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';

describe('forgetting the oldest messages of a stream', () => {
  let server: TestNatsServer;
  let bus: Bus;
  beforeAll(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'forget-test' });
  });
  afterAll(async () => {
    await bus.close();
    await server.dispose();
  });

  it('leaves those from a sequence on, and other subjects', async () => {
    const manager = await jetstreamManager(bus);
    await manager.streams.add({ name: 'KEPT', subjects: ['kept.*'] });
    for (const subject of ['kept.a', 'kept.b', 'kept.a']) await publish(bus, { subject });

    await forgetBelow(bus, { stream: 'KEPT', subject: 'kept.a', sequence: 3 });

    const { state } = await manager.streams.info('KEPT', { subjects_filter: '>' });
    expect(state.subjects).toEqual({ 'kept.a': 1, 'kept.b': 1 });
  });

  it('says so when it is refused', async () => {
    const refused = forgetBelow(bus, { stream: 'NOWHERE', subject: 'kept.a', sequence: 3 });
    await expect(refused).rejects.toMatchObject({ code: JetStreamCode.streamNotFound });
  });
});
