/** A process that counts events in order, to be killed. Run directly, it is that process. */
import { fileURLToPath } from 'node:url';
import { runProbeNode } from './probe-process.ts';
import { sequenceDefinition } from './sequence.machine.ts';

export const SEQUENCE_WORKER = fileURLToPath(import.meta.url);

if (process.argv[1] === SEQUENCE_WORKER)
  await runProbeNode(process.argv[2] ?? '', { definitions: [sequenceDefinition] });
