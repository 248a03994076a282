/** A worker process that has some versions of the actor type `parcel`. Run directly, it is that process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectBus } from '#bus/connect.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { nodeName } from '#runtime/node-name.ts';
import { parcelFirst, parcelSecond } from './parcel.machine.ts';
import { probeTopology, type WorkerProcess } from './worker-process.ts';

const VERSIONS = { '1': [parcelFirst], '2': [parcelSecond], '1+2': [parcelFirst, parcelSecond] } as const;
export type Versions = keyof typeof VERSIONS;

/** Starts one; resolves when it owns what it should. */
export async function startParcelWorker(natsUrl: string, versions: Versions): Promise<WorkerProcess> {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(import.meta.url), natsUrl, versions], {
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

async function runWorker(natsUrl: string, versions: Versions): Promise<void> {
  const node = nodeName('probe');
  const bus = await connectBus({ servers: [natsUrl], name: node });
  const running = await startJetStreamNode({
    bus,
    topology: probeTopology,
    service: 'probe',
    node,
    definitions: VERSIONS[versions],
    activities: { weigh: async (input) => (input as { weighed: number }).weighed + 1 },
    queues: [{ queue: 'default', concurrency: 8 }],
  });
  process.once('SIGTERM', () => {
    void running.stop({ graceMs: 1_000 }).then(() => process.exit(0));
  });
  process.stdout.write('ready\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await runWorker(process.argv[2] ?? '', (process.argv[3] ?? '1') as Versions);
