/** Programs of the service `probe` that tests run as processes of their own, to kill and stop them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connectBus } from '#bus/connect.ts';
import { Topology } from '#contracts/topology.ts';
import { startJetStreamNode, type JetStreamNodeOptions } from '#runtime/jetstream/jetstream-node.ts';
import { nodeName } from '#runtime/node-name.ts';

export const probeTopology = Topology.parse({ services: ['probe'], partitionsPerShard: 16 });

export type ProbeProcess = {
  readonly pid: number;
  /** Resolves when it has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  signal(signal: NodeJS.Signals): void;
};

/** Runs a program with these words; resolves when it says that it is ready. @throws Error when it ends before */
export async function startProbeProcess(program: string, ...words: string[]): Promise<ProbeProcess> {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => Promise.reject(new Error(`${program} ended before it was ready.`))),
  ]);
  return {
    pid: child.pid ?? 0,
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
    signal: (signal) => void child.kill(signal),
  };
}

/** For such a program: says that it is ready. */
export function sayReady(): void {
  process.stdout.write('ready\n');
}

/** For such a program: runs these definitions until the process is killed, or drains on SIGTERM. */
export async function runProbeNode(
  natsUrl: string,
  options: Pick<JetStreamNodeOptions, 'definitions'> & Partial<JetStreamNodeOptions>,
): Promise<void> {
  const node = nodeName('probe');
  const bus = await connectBus({ servers: [natsUrl], name: node });
  const running = await startJetStreamNode({
    bus,
    topology: probeTopology,
    service: 'probe',
    node,
    activities: {},
    queues: [{ queue: 'default', concurrency: 8 }],
    ...options,
  });
  process.once('SIGTERM', () => {
    void running.stop({ graceMs: 1_000 }).then(() => process.exit(0));
  });
  sayReady();
}
