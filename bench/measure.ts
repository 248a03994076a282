/** Runs a unit of work many times with a given number in flight, and accounts for time, CPU, memory and disk. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMs, machineBusyMs, residentMb } from './process-usage.ts';

export type Measurement = {
  n: number;
  p50Ms: number;
  p99Ms: number;
  perSecond: number;
  cpuMsPerUnit: { server: number; worker: number };
  /** Of the process that asks for the work. */
  clientCpuMsPerUnit: number;
  /** Cores that server, worker and client kept busy together. */
  busyCores: number;
  rssMb: { server: number; worker: number };
  diskBytesPerUnit: number;
  /** Share of the units that threw. */
  failShare: number;
  /** Cores that others on this machine kept busy meanwhile. */
  foreignCores: number;
};

/** Whose use of CPU, memory and disk is accounted. Asked again each time: processes come and go. */
export type Accounted = {
  processes(): { server: readonly number[]; worker: readonly number[] };
  /** Bytes the store occupies now. */
  diskBytes(): number;
};

export type MeasureOptions = {
  units: number;
  inFlight: number;
  accounted: Accounted;
  unit: (index: number) => Promise<unknown>;
};

/** Stores tidy up behind the work: their size is read after this long. */
const SETTLE_MS = 1_500;

/** Of work before what counts as warm is measured. */
export const WARM_UP_SECONDS = 15;

/** Measures the whole run; what tidies up afterwards counts for the disk alone. */
export async function measure(options: MeasureOptions): Promise<Measurement> {
  const { units, accounted } = options;
  const diskBefore = accounted.diskBytes();
  const stop = startMeter(accounted);
  const { durations, failed } = await closedLoop(options);
  const used = stop();
  await sleep(SETTLE_MS);
  const perUnit = (ms: number): number => round(ms / units);
  return {
    n: units,
    ...percentiles(durations),
    perSecond: round(units / used.seconds, 1),
    cpuMsPerUnit: { server: perUnit(used.serverCpuMs), worker: perUnit(used.workerCpuMs) },
    clientCpuMsPerUnit: perUnit(used.clientCpuMs),
    busyCores: used.busyCores,
    rssMb: used.rssMb,
    diskBytesPerUnit: Math.round((accounted.diskBytes() - diskBefore) / units),
    failShare: round(failed / units, 4),
    foreignCores: used.foreignCores,
  };
}

export type Used = {
  seconds: number;
  serverCpuMs: number;
  workerCpuMs: number;
  /** 0 when the client is the worker. */
  clientCpuMs: number;
  busyCores: number;
  rssMb: { server: number; worker: number };
  foreignCores: number;
};

/** Starts accounting; the returned function ends it and tells what was used meanwhile. */
export function startMeter(accounted: Accounted): () => Used {
  const read = () => {
    const { server, worker } = accounted.processes();
    const own = process.cpuUsage();
    return {
      atMs: performance.now(),
      server: cpuMs(server),
      worker: cpuMs(worker),
      machine: machineBusyMs(),
      own: (own.user + own.system) / 1_000,
    };
  };
  const before = read();
  return () => {
    const after = read();
    const { server, worker } = accounted.processes();
    const elapsedMs = after.atMs - before.atMs;
    const serverCpuMs = after.server - before.server;
    const isWorker = worker.includes(process.pid);
    const own = after.own - before.own;
    const workerCpuMs = isWorker ? own : after.worker - before.worker;
    const clientCpuMs = isWorker ? 0 : own;
    const ours = serverCpuMs + workerCpuMs + clientCpuMs;
    return {
      seconds: elapsedMs / 1_000,
      serverCpuMs,
      workerCpuMs,
      clientCpuMs,
      busyCores: round(ours / elapsedMs, 2),
      rssMb: { server: residentMb(server), worker: residentMb(worker) },
      foreignCores: round(Math.max(0, after.machine - before.machine - ours) / elapsedMs, 2),
    };
  };
}

/**
 * Keeps `inFlight` units going until all were started, or until a time of `performance.now()`; resolves when all have
 * ended. A unit that throws has failed.
 */
export async function closedLoop(
  options: Pick<MeasureOptions, 'units' | 'inFlight' | 'unit'> & { untilMs?: number },
): Promise<{ durations: number[]; failed: number }> {
  const { units, inFlight, unit, untilMs = Infinity } = options;
  const durations: number[] = [];
  let next = 0;
  let failed = 0;
  const lane = async (): Promise<void> => {
    while (next < units && performance.now() < untilMs) {
      const index = next;
      next += 1;
      const at = performance.now();
      try {
        await unit(index);
      } catch (error) {
        failed += 1;
        if (failed <= 3) process.stderr.write(`unit ${index} failed: ${String(error).slice(0, 300)}\n`);
      }
      durations.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, units) }, lane));
  return { durations, failed };
}

/** Has compilers compile what is hot: so many seconds of the same work, for every subject. */
export async function warmUp(args: Pick<MeasureOptions, 'inFlight' | 'unit'>): Promise<void> {
  await closedLoop({ ...args, units: Infinity, untilMs: performance.now() + WARM_UP_SECONDS * 1_000 });
}

export function percentiles(durations: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.floor(sorted.length * share)] ?? 0);
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

export function round(value: number, digits = 3): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
