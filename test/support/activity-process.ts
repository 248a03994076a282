/**
 * A process that runs activities of the service `probe` and owns no actors, so that tests may kill and stop it without
 * anything else being touched. What its activities do is written to a file, line by line. Run directly, it is that process.
 */
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connectBus } from '#bus/connect.ts';
import type { ActivityCatalog } from '#runtime/activity.ts';
import { ActivityWorker } from '#runtime/activity-worker.ts';
import { jetStreamNodePorts } from '#runtime/jetstream/jetstream-node-ports.ts';
import { silentEvents } from '#runtime/runtime-events.ts';
import { systemClock } from '#runtime/system-clock.ts';
import {
  probeTopology as topology,
  sayReady,
  startProbeProcess,
  type ProbeProcess,
} from './probe-process.ts';

export const CONCURRENCY = 3;
export const RATE = { perSecond: 10, burst: 1 };

/** One line of the file. */
export type WorkLine = { pid: number; atMs: number; what: string; of: unknown };

const PROGRAM = fileURLToPath(import.meta.url);

/** Starts one; resolves when it takes tasks. */
export function startActivityProcess(natsUrl: string, file: string): Promise<ProbeProcess> {
  return startProbeProcess(PROGRAM, natsUrl, file);
}

const rest = (ms: number): Promise<void> => systemClock.sleep(ms);

function catalogOf(write: (what: string, of?: unknown) => void): ActivityCatalog {
  return {
    begun: async () => 'done',
    slow: async (_input, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      write('cleaned up');
    },
    silent: () => new Promise(() => undefined),
    /** Counts to a number, a second each, and goes on where an earlier run was. */
    counting: async (input: { to: number }, { heartbeat, lastHeartbeat, attempt, signal }) => {
      const from = typeof lastHeartbeat === 'number' ? lastHeartbeat : 0;
      write('counts from', from);
      for (let count = from + 1; count <= input.to && !signal.aborted; count += 1) {
        await rest(1_100);
        heartbeat(count);
      }
      return { from, attempt, pid: process.pid };
    },
    asking: async (_input, { completeLater }) => write('token', completeLater()),
    hasty: async (_input, { completeLater }) => write('token', completeLater()),
    limited: async (input) => {
      write('limited in', input);
      await rest(100);
      write('limited out', input);
    },
    rated: async (input) => write('rated in', input),
    report: async (input: { rows: number }) =>
      Array.from({ length: input.rows }, (_, row) => `row ${row} of many`),
    measure: async (input: { nested: string[][] }) => input.nested[0]?.length,
  };
}

async function runActivities(natsUrl: string, file: string): Promise<void> {
  const node = `activities-${process.pid}`;
  const bus = await connectBus({ servers: [natsUrl], name: node });
  const worker = new ActivityWorker({
    ...jetStreamNodePorts({ bus, topology, service: 'probe', node }),
    queues: [
      { queue: 'work', concurrency: 20 },
      { queue: 'limited', concurrency: CONCURRENCY },
      { queue: 'rated', concurrency: 50, ...RATE },
    ],
    catalog: catalogOf((what, of) => {
      const line: WorkLine = { pid: process.pid, atMs: Date.now(), what, of };
      appendFileSync(file, `${JSON.stringify(line)}\n`);
    }),
    inline: new Map(),
    events: silentEvents,
  });
  await worker.start();
  sayReady();
}

if (process.argv[1] === PROGRAM) await runActivities(process.argv[2] ?? '', process.argv[3] ?? '');
