import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';

describe('startNatsServer', () => {
  let server: TestNatsServer;
  afterEach(() => server.dispose());

  it('keeps acknowledged messages and its port when it is killed and restarted', async () => {
    // given a server with one stored message
    server = await startTestNatsServer();
    const before = await connect({ servers: server.url });
    const manager = await jetstreamManager(before);
    await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
    await jetstream(before).publish('kept', 'one');
    await before.close();
    const { url, pid } = server;

    // when it is killed and comes back
    await server.kill('SIGKILL');
    await server.restart();

    // then it is another process at the same place with the same data
    expect(server.pid).not.toBe(pid);
    expect(server.url).toBe(url);
    const after = await connect({ servers: server.url });
    const info = await (await jetstreamManager(after)).streams.info('KEPT');
    await after.close();
    expect(info.state.messages).toBe(1);
  });

  it('syncs every write to disk unless told otherwise', async () => {
    server = await startTestNatsServer();
    const response = await fetch(`${server.monitorUrl}/jsz?config=true`);
    expect(await response.json()).toMatchObject({ config: { sync_always: true } });
  });

  it('runs two servers side by side when no port is given', async () => {
    server = await startTestNatsServer();
    const other = await startTestNatsServer();
    expect(other.url).not.toBe(server.url);
    await other.dispose();
  });

  it('says why when the configuration is wrong', async () => {
    server = await startTestNatsServer();
    await expect(startTestNatsServer({ extraConfig: 'nonsense: true' })).rejects.toMatchObject({
      code: 'NATS_SERVER_FAILED',
      message: expect.stringContaining('nonsense'),
    });
  });
});
