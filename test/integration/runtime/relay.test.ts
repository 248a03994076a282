import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { declareStreams } from '#bus/streams.ts';
import { addressOf } from '#contracts/address.ts';
import { STREAM } from '#contracts/subjects.ts';
import { Topology } from '#contracts/topology.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { JetStreamLogs } from '#runtime/jetstream/jetstream-logs.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import type { RunningNode } from '#runtime/node.ts';
import { SENDS_PER_STEP, forwarderDefinition } from '#test/support/forwarder.machine.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { sequenceDefinition } from '#test/support/sequence.machine.ts';

const ROUNDS = 12;
const ACTORS = 20;

describe('what a commit sends to another service', () => {
  const topology = Topology.parse({ services: ['shop', 'bank'], partitionsPerShard: 4 });
  const ids = Array.from({ length: ACTORS }, (_, index) => `a${index}`);
  const nodes: RunningNode[] = [];
  let server: TestNatsServer;
  let bus: Bus;
  beforeAll(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'relay-test' });
    await declareStreams(bus, topology);
    const start = async (service: string, definition: ActorDefinition): Promise<void> => {
      const options = { bus, topology, service, node: `${service}-a`, activities: {}, queues: [] };
      nodes.push(await startJetStreamNode({ ...options, definitions: [definition] }));
    };
    await start('shop', forwarderDefinition);
    await start('bank', sequenceDefinition);
    // A process that believes to own the sender's partitions as well, and passes on everything a second time.
    const zombie = new JetStreamLogs({ bus, topology, service: 'shop', node: 'shop-zombie' });
    await zombie.read([0, 1, 2, 3], () => undefined);
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await bus.close();
    await server.dispose();
  });

  it('arrives exactly once and in order when the server is killed while it is passed on', async () => {
    const ingress = new JetStreamIngress({ bus, topology });
    for (let round = 0; round < ROUNDS; round += 1) {
      const sending = ids.map((id) => {
        const to = addressOf({ service: 'shop', type: 'forwarder', root: id, id });
        return ingress.send({ v: 1, kind: 'event', id: `go-${id}-${round}`, to, event: { type: 'GO' } });
      });
      await Promise.all(sending);
      // Somewhere between the commits, the relay and what the receivers make of it.
      await new Promise((resolve) => setTimeout(resolve, round * 3));
      await server.kill('SIGKILL');
      await server.restart();
    }
    const views = new JetStreamViews({ bus, topology });
    for (const id of ids) {
      const receiver = addressOf({ service: 'bank', type: 'sequence', root: id, id });
      await expect
        .poll(async () => (await views.read(receiver))?.detail, { timeout: 30_000, interval: 200 })
        .toEqual({ last: ROUNDS * SENDS_PER_STEP, faults: 0 });
    }
  });

  it('is forgotten by the sender once the receiver has it', async () => {
    const kept = async (): Promise<unknown> => {
      const request = JSON.stringify({ subjects_filter: 'ob.>' });
      const answer = await bus.request(`$JS.API.STREAM.INFO.${STREAM.core('shop', 0)}`, request);
      return answer.json<{ state: { subjects?: Record<string, number> } }>().state.subjects ?? {};
    };
    await expect.poll(kept, { timeout: 20_000 }).toEqual({});
  });
});
