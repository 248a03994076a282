import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Client } from '#door/client.ts';
import { runWorker, type Worker } from '#door/worker.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { delivery } from '#test/compile/delivery.ts';

describe('controls of a client', () => {
  let nats: TestNatsServer;
  let worker: Worker;
  let client: Client;
  beforeAll(async () => {
    nats = await startTestNatsServer();
    const activities = { book: async () => ({ courier: 'c' }), release: async () => undefined };
    worker = await runWorker({ servers: [nats.url], actors: [delivery], activities });
    client = await connect({ servers: [nats.url] });
  });
  afterAll(async () => {
    await client.close();
    await worker.stop();
    await nats.dispose();
  });

  it('pause and resume an actor, and end one by cancel and by terminate', async () => {
    const handle = await client.start(delivery, { id: 'a', input: { to: 'Ann' } });
    await handle.waitFor({ state: 'atTheDoor' });
    await handle.pause({ reason: 'lunch' });
    expect((await handle.snapshot()).paused).toMatchObject({ reason: 'lunch' });
    await handle.send({ type: 'SIGN', by: 'Ann' });
    await handle.resume();
    expect(await handle.result()).toEqual({ signedBy: 'Ann' });
    for (const how of ['cancel', 'terminate'] as const) {
      const other = await client.start(delivery, { id: how, input: { to: 'Ann' } });
      await other.waitFor({ state: 'atTheDoor' });
      await other[how]({ reason: 'enough' });
      const code = how === 'cancel' ? 'ACTOR_CANCELED' : 'ACTOR_TERMINATED';
      await expect(other.result()).rejects.toMatchObject({ status: 'stopped', failure: { code } });
    }
  });
});
