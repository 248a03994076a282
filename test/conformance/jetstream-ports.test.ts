import { Topology } from '#contracts/topology.ts';
import { connectBus, type Bus } from '#bus/connect.ts';
import { declareStreams } from '#bus/streams.ts';
import { JetStreamHistories } from '#runtime/jetstream/jetstream-histories.ts';
import { jetStreamNodePorts } from '#runtime/jetstream/jetstream-node-ports.ts';
import { startTestNatsServer } from '#test/support/nats-server.ts';
import { describeNearTaskPorts } from './near-task-ports.ts';
import { describeNodePorts, type PortsUnderTest } from './node-ports.ts';
import { describeSharedPorts } from './shared-ports.ts';
import { describeStepOffers } from './step-offers.ts';
import { describeStartsAndEvents } from './starts-and-events.ts';

async function open(shards: number): Promise<PortsUnderTest> {
  const server = await startTestNatsServer();
  const topology = Topology.parse({ shards, partitionsPerShard: 8 });
  const buses: Bus[] = [await connectBus({ servers: [server.url], name: 'conformance' })];
  const [bus] = buses;
  if (!bus) throw new Error('not connected');
  await declareStreams(bus, topology);
  return {
    topology,
    portsOf: (service, node) => jetStreamNodePorts({ bus, topology, service, node }),
    histories: new JetStreamHistories({ bus, topology }),
    dispose: async () => {
      await bus.close();
      await server.dispose();
    },
  };
}

for (const shards of [1, 2]) {
  describeNodePorts(`JetStream, ${shards} shard(s)`, () => open(shards));
  describeStartsAndEvents(`JetStream, ${shards} shard(s)`, () => open(shards));
}
describeSharedPorts('JetStream', () => open(1));
describeStepOffers('JetStream', () => open(1));
describeNearTaskPorts('JetStream', () => open(1));
