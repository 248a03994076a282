/** One worker process for the benchmark: `node bench/subjects/windlass-worker.ts <nats url>`. Says `ready` on stdout. */
import { flushCompileCache } from 'node:module';
import { Topology } from '#contracts/topology.ts';
import { connectBus } from '#bus/connect.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { HOP_SUBJECT } from '../subject.ts';
import { counterDefinition } from './counter.machine.ts';
import { workflowActivities, workflowDefinitions } from './sequence.machines.ts';

/** As many as workflows are ever in flight: no workload is held up by it. */
const CONCURRENCY = 512;

const [url = ''] = process.argv.slice(2);
const node = `bench-${process.pid}`;
const bus = await connectBus({ servers: [url], name: node });
// What a request and its answer take when nothing is done for them.
bus.subscribe(HOP_SUBJECT, { callback: (_error, message) => void message.respond() });
await startJetStreamNode({
  bus,
  topology: Topology.parse({ services: ['bench'] }),
  service: 'bench',
  node,
  definitions: [counterDefinition, ...workflowDefinitions],
  activities: workflowActivities,
  queues: [{ queue: 'default', concurrency: CONCURRENCY, near: true }],
});
// Written now: a worker that is killed writes nothing.
flushCompileCache();
// A profile (`--cpu-prof`) is written at the end of a process that ends by itself.
process.once('SIGTERM', () => process.exit());
process.stdout.write('ready\n');
