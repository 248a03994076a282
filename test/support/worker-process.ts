/** A worker process of the service `probe`, killed and stopped by tests. Run directly, it is that process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectBus } from '#bus/connect.ts';
import { Topology } from '#contracts/topology.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { nodeName } from '#runtime/node-name.ts';
import { sequenceDefinition } from './sequence.machine.ts';

export const probeTopology = Topology.parse({ services: ['probe'], partitionsPerShard: 16 });

export type WorkerProcess = {
  readonly pid: number;
  /** Resolves when it has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  signal(signal: NodeJS.Signals): void;
};

/** Starts one, or a process of another program that says when it is ready; resolves when it owns what it should. */
export async function startWorkerProcess(
  natsUrl: string,
  program = fileURLToPath(import.meta.url),
): Promise<WorkerProcess> {
  const child: ChildProcess = spawn(process.execPath, [program, natsUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('no stdout');
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    kill: async (signal) => {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
    signal: (signal) => void child.kill(signal),
  };
}

async function runWorker(natsUrl: string): Promise<void> {
  const node = nodeName('probe');
  const bus = await connectBus({ servers: [natsUrl], name: node });
  const running = await startJetStreamNode({
    bus,
    topology: probeTopology,
    service: 'probe',
    node,
    definitions: [sequenceDefinition],
    activities: {},
    queues: [],
  });
  process.once('SIGTERM', () => {
    void running.stop({ graceMs: 1_000 }).then(() => process.exit(0));
  });
  process.stdout.write('ready\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runWorker(process.argv[2] ?? '');
