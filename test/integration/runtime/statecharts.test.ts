/** What a node registered can be looked at while no node is alive. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { surveyStreams } from '#bus/stream-survey.ts';
import type { StoredStatechart } from '#contracts/statechart-description.ts';
import { Topology } from '#contracts/topology.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { followStatecharts, storeStatecharts } from '#runtime/jetstream/jetstream-statecharts.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { orderDefinitions } from '#test/support/order.machine.ts';

const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });

describe('the statecharts of a service', () => {
  let server: TestNatsServer;
  let bus: Bus;
  beforeAll(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'statecharts-test' });
  });
  afterAll(async () => {
    await bus.close();
    await server.dispose();
  });

  const runNode = async (node: string): Promise<void> => {
    const running = await startJetStreamNode({
      bus,
      topology,
      service: 'shop',
      node,
      definitions: orderDefinitions,
      activities: {},
      queues: [],
    });
    await running.stop();
  };
  const storedMessages = async (): Promise<number | undefined> =>
    (await surveyStreams(bus)).find(({ name }) => name === 'KV_statecharts')?.messages;

  it('are stored once, and can be read when every node is gone', async () => {
    await runNode('shop-a');
    expect(await storedMessages()).toBe(2);
    await runNode('shop-b');
    expect(await storedMessages()).toBe(2);

    const stored: StoredStatechart[] = [];
    const following = await followStatecharts(bus, (one) => stored.push(one));
    await expect.poll(() => stored.length).toBe(2);
    expect(
      stored.map(({ service, description }) => [service, description.type, description.version]),
    ).toEqual(
      expect.arrayContaining([
        ['shop', 'order', 1],
        ['shop', 'ledger', 1],
      ]),
    );

    const [first] = stored;
    if (!first) throw new Error('nothing is stored');
    const descriptions = [{ ...first.description, version: 2 }];
    await storeStatecharts(bus, { service: 'shop', replicas: 1, descriptions });
    await expect.poll(() => stored.at(-1)?.description.version).toBe(2);
    await following.close();
  });
});
