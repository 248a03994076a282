/** A process that runs every document of the corpus on JetStream, to be killed. Run directly, it is that process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectBus } from '#bus/connect.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { nodeName } from '#runtime/node-name.ts';
import { loadCorpus } from './corpus.ts';
import { convert } from './scxml-machine.ts';

export const SERVICE = 'scxml';
export const topology = Topology.parse({ services: [SERVICE], partitionsPerShard: 8 });

/** Real time goes on while a process is replaced: a document's time-outs must not end before that. */
export const PACE = { slowdown: 5 };

const OWNED_POLL_MS = 20;

export type ScxmlWorker = {
  /** Kill -9; resolves when it has ended. */
  kill(): Promise<void>;
};

/** Starts one; resolves when it owns every partition. @throws Error when it ends before */
export async function startScxmlWorker(natsUrl: string): Promise<ScxmlWorker> {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(import.meta.url), natsUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  if (!child.stdout) throw new Error('no stdout');
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => Promise.reject(new Error('The worker ended before it was ready.'))),
  ]);
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function runWorker(natsUrl: string): Promise<void> {
  const corpus = await loadCorpus();
  const node = nodeName(SERVICE);
  const bus = await connectBus({ servers: [natsUrl], name: node });
  const running = await startJetStreamNode({
    bus,
    topology,
    service: SERVICE,
    node,
    definitions: corpus.flatMap(({ source, type }) => convert(source, type, PACE)),
    activities: {},
    queues: [],
  });
  while (running.owned().length < partitionCount(topology)) {
    await new Promise((resolve) => setTimeout(resolve, OWNED_POLL_MS));
  }
  process.stdout.write('ready\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runWorker(process.argv[2] ?? '');
