/** A process that runs trees of actors on JetStream, to be killed. Run directly, it is that process. */
import { fileURLToPath } from 'node:url';
import { connectBus } from '#bus/connect.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { nodeName } from '#runtime/node-name.ts';
import { treeDefinitions } from './tree.machine.ts';
import { probeTopology as topology } from './worker-process.ts';

export const TREE_WORKER = fileURLToPath(import.meta.url);

if (process.argv[1] === TREE_WORKER) {
  const node = nodeName('probe');
  const bus = await connectBus({ servers: [process.argv[2] ?? ''], name: node });
  await startJetStreamNode({
    bus,
    topology,
    service: 'probe',
    node,
    definitions: treeDefinitions,
    activities: {},
    queues: [{ queue: 'default', concurrency: 8 }],
  });
  process.stdout.write('ready\n');
}
