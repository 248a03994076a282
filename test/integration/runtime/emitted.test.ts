import { emit, setup } from 'xstate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contract } from '#define/contract.ts';
import { durable } from '#define/durable.ts';
import { connect, type Client } from '#door/client.ts';
import { runWorker, type Worker } from '#door/worker.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';

const Bell = contract({
  id: 'bell',
  context: z.object({}),
  events: { RING: { at: z.string() }, STOP: {} },
  emits: { RANG: { at: z.string() } },
});

const bell = durable({
  contract: Bell,
  machine: setup({ types: Bell.types }).createMachine({
    id: 'bell',
    context: {},
    initial: 'hanging',
    states: {
      hanging: {
        on: {
          RING: { actions: emit(({ event }) => ({ type: 'RANG' as const, at: event.at })) },
          STOP: 'gone',
        },
      },
      gone: { type: 'final' },
    },
  }),
});

describe('what an actor emits', () => {
  let nats: TestNatsServer;
  let worker: Worker;
  let client: Client;
  beforeAll(async () => {
    nats = await startTestNatsServer();
    worker = await runWorker({ servers: [nats.url], actors: [bell] });
    client = await connect({ servers: [nats.url] });
  });
  afterAll(async () => {
    await client.close();
    await worker.stop();
    await nats.dispose();
  });

  it('is heard in order, from the first step to the end, and by whoever asked for it', async () => {
    const handle = await client.start(bell, { id: 'b-1' });
    const heard: string[] = [];
    const listening = (async () => {
      for await (const { at } of handle.emitted()) heard.push(at);
    })();
    const first = await handle.ask({ type: 'RING', at: 'one' });
    expect(first.emitted).toEqual([{ type: 'RANG', at: 'one' }]);
    await handle.ask({ type: 'RING', at: 'two' });
    await handle.ask({ type: 'STOP' });
    await listening;
    expect(heard).toEqual(['one', 'two']);
  });
});
