/** The ports of a node on a nats-server of its own. */
import { Topology } from '#contracts/topology.ts';
import { connectBus, type Bus } from '#bus/connect.ts';
import { declareStreams } from '#bus/streams.ts';
import { JetStreamAsks } from '#runtime/jetstream/jetstream-asks.ts';
import { JetStreamOwnerLine } from '#runtime/jetstream/jetstream-direct-asks.ts';
import { JetStreamHistories } from '#runtime/jetstream/jetstream-histories.ts';
import { jetStreamNodePorts } from '#runtime/jetstream/jetstream-node-ports.ts';
import { startTestNatsServer } from '#test/support/nats-server.ts';
import type { PortsUnderTest } from './node-ports.ts';

export async function openJetStream(shards: number): Promise<PortsUnderTest> {
  const server = await startTestNatsServer();
  const topology = Topology.parse({ shards, partitionsPerShard: 8 });
  const buses: Bus[] = [await connectBus({ servers: [server.url], name: 'conformance' })];
  const [bus] = buses;
  if (!bus) throw new Error('not connected');
  await declareStreams(bus, topology);
  return {
    topology,
    portsOf: (service, node) => jetStreamNodePorts({ bus, topology, service, node }),
    ownerLine: new JetStreamOwnerLine({ bus, topology }),
    storedAsks: (sends) => new JetStreamAsks({ bus, topology, sends }),
    histories: new JetStreamHistories({ bus, topology }),
    dispose: async () => {
      await bus.close();
      await server.dispose();
    },
  };
}
