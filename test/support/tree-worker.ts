/** A process that runs trees of actors on JetStream, to be killed. Run directly, it is that process. */
import { fileURLToPath } from 'node:url';
import { runProbeNode } from './probe-process.ts';
import { treeDefinitions } from './tree.machine.ts';

export const TREE_WORKER = fileURLToPath(import.meta.url);

if (process.argv[1] === TREE_WORKER)
  await runProbeNode(process.argv[2] ?? '', { definitions: treeDefinitions });
