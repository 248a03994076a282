/** The cluster of docker-compose.yml. Needs a Docker engine: tools/docker-engine.sh brings one. */
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus } from '#bus/connect.ts';
import { composeSystem } from '#test/support/compose-system.ts';

const STREAM = 'KEPT';

describe('the NATS cluster', () => {
  const system = composeSystem();
  let connection: NatsConnection;
  let manager: JetStreamManager;

  beforeAll(async () => {
    await system.compose('up', '--detach', '--wait', 'nats-1', 'nats-2', 'nats-3');
    connection = await connectBus({ servers: [await system.placeOf('nats-1', 4222)], name: 'test' });
    manager = await jetstreamManager(connection, { timeout: 10_000 });
  });
  afterAll(async () => {
    await connection?.close();
    await system.remove();
  });

  async function leader(): Promise<string> {
    return (await manager.streams.info(STREAM)).cluster?.leader ?? '';
  }

  /** Publishes until the cluster acknowledges: it may be electing. The id makes a repeat harmless. */
  async function publishUntilStored(id: string): Promise<void> {
    for (;;) {
      const stored = await jetstream(connection, { timeout: 1_000 })
        .publish('kept', id, { msgID: id })
        .then(
          () => true,
          () => false,
        );
      if (stored) return;
    }
  }

  it('keeps every acknowledged message when the leader of a stream is killed', async () => {
    // given a stream with three copies, led by a node that this test is not connected to
    await manager.streams.add({ name: STREAM, subjects: ['kept'], num_replicas: 3 });
    while (['', 'nats-1'].includes(await leader())) {
      // Nobody answers while an election is under way: ask again.
      await connection.request(`$JS.API.STREAM.LEADER.STEPDOWN.${STREAM}`).catch(() => undefined);
    }
    for (let count = 0; count < 50; count++) await publishUntilStored(`before-${count}`);

    // when the leader is killed
    const killed = await leader();
    await system.kill(killed, 1, 'SIGKILL');
    await publishUntilStored('after');

    // then another node leads, and everything is there
    expect(await leader()).not.toBe(killed);
    expect((await manager.streams.info(STREAM)).state.messages).toBe(51);
  });

  it('syncs every write to disk', async () => {
    const url = 'http://127.0.0.1:8222/jsz?config=true';
    const printed = await system.compose('exec', '-T', 'nats-1', 'wget', '-q', '-O', '-', url);
    expect(JSON.parse(printed)).toMatchObject({ config: { sync_always: true } });
  });
});
