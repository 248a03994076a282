/** One worker process for the benchmark: `node bench/worker.ts <nats url>`. Says `ready` on stdout. */
import { Topology } from '#contracts/topology.ts';
import { connectBus } from '#bus/connect.ts';
import { jetStreamNodePorts } from '#runtime/jetstream/jetstream-node-ports.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { partitionCount } from '#contracts/topology.ts';
import { startNode } from '#runtime/node.ts';
import { counterDefinition } from './counter.machine.ts';

const [url = ''] = process.argv.slice(2);
const topology = Topology.parse({ services: ['bench'] });
const node = `bench-${process.pid}`;
const bus = await connectBus({ servers: [url], name: node });
await startNode({
  node,
  partitions: partitionCount(topology),
  kernel: createKernel(),
  definitions: [counterDefinition],
  activities: {},
  queues: [],
  ports: jetStreamNodePorts({ bus, topology, service: 'bench', node }),
});
process.stdout.write('ready\n');
