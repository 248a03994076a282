/**
 * `npm run bench [-- --json] [--units N]`: Windlass beside raw JetStream, on one server, in one run.
 *
 * W1   one durable step: event in, record committed, answer out.
 * W1S  the same step with two sends to other actors.
 *
 * The subject `jetstream` is what the best hand-written client would do for the same guarantee, with messages of the
 * same size: store the event, then store the record by compare-and-set (W1), or the record and two sends in one
 * atomic batch (W1S). It knows no actors: nobody reads the event, nobody is sent to.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { declareStreams } from '#bus/streams.ts';
import { connectBus } from '#bus/connect.ts';
import { Topology } from '#contracts/topology.ts';
import { startNatsServer } from '#tools/nats-server.ts';
import { measure, type Measurement } from './measure.ts';
import { jetStreamSubject } from './subject-jetstream.ts';
import { ACTORS, windlassSubject, type Subject } from './subject-windlass.ts';

const { values: flags } = parseArgs({
  options: { json: { type: 'boolean', default: false }, units: { type: 'string', default: '1000' } },
});
const DURABILITY = 'always';
const UNITS = Number(flags.units);

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'windlass-bench-'));
const server = await startNatsServer({ dataDir, syncInterval: DURABILITY });
const topology = Topology.parse({ services: ['bench'] });
const bus = await connectBus({ servers: [server.url], name: 'bench' });
await declareStreams(bus, topology);
const worker = await startWorker(server.url);
try {
  const windlass = await windlassSubject(bus, topology);
  const jetstream = await jetStreamSubject(bus, await windlass.sizes());
  for (const workload of ['W1', 'W1S'] as const) {
    for (const inFlight of [1, 32, 256]) {
      for (const subject of [jetstream, windlass]) await run({ subject, workload, inFlight });
    }
  }
} finally {
  worker.kill('SIGTERM');
  await bus.close();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function run(args: { subject: Subject; workload: 'W1' | 'W1S'; inFlight: number }): Promise<void> {
  const { subject, workload, inFlight } = args;
  const unit = subject.unit(workload);
  const options = {
    inFlight,
    server: server.pid,
    worker: subject.name === 'windlass' ? (worker.pid ?? 0) : process.pid,
  };
  // Every actor exists and is in memory before anything is measured.
  await measure({ ...options, inFlight: 64, units: ACTORS, unit });
  const measurement = await measure({ ...options, units: UNITS, unit });
  print({ workload, subject: subject.name, durability: DURABILITY, inFlight, ...measurement });
}

function print(
  line: { workload: string; subject: string; durability: string; inFlight: number } & Measurement,
): void {
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return;
  }
  const cells = [
    line.workload,
    line.subject,
    `${line.inFlight} in flight`,
    `p50 ${line.p50Ms} ms`,
    `p99 ${line.p99Ms} ms`,
  ];
  const { server: serverCpu, worker: workerCpu } = line.cpuMsPerUnit;
  cells.push(
    `${line.perSecond}/s`,
    `CPU ms/unit: server ${serverCpu}, worker ${workerCpu}`,
    `fsync ${line.durability}`,
  );
  process.stdout.write(`${cells.join('  ')}\n`);
}

async function startWorker(url: string): Promise<ChildProcess> {
  const script = path.join(import.meta.dirname, 'worker.ts');
  const child = spawn(process.execPath, [script, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}
