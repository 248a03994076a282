/** Runs a unit of work many times with a given number in flight, and accounts for time and CPU. */
import { readFileSync } from 'node:fs';

export type Measurement = {
  n: number;
  p50Ms: number;
  p99Ms: number;
  perSecond: number;
  cpuMsPerUnit: { server: number; worker: number };
};

export type MeasureOptions = {
  units: number;
  inFlight: number;
  /** Process ids whose CPU time is accounted. */
  server: number;
  worker: number;
  unit: (index: number) => Promise<void>;
};

export async function measure(options: MeasureOptions): Promise<Measurement> {
  const { units, inFlight, unit } = options;
  const before = { server: cpuMs(options.server), worker: cpuMs(options.worker) };
  const durations: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (next < units) {
      const index = next;
      next += 1;
      const at = performance.now();
      await unit(index);
      durations.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const seconds = (performance.now() - startedAt) / 1_000;
  const sorted = durations.toSorted((a, b) => a - b);
  return {
    n: units,
    p50Ms: round(sorted[Math.floor(units * 0.5)] ?? 0),
    p99Ms: round(sorted[Math.floor(units * 0.99)] ?? 0),
    perSecond: Math.round(units / seconds),
    cpuMsPerUnit: {
      server: round((cpuMs(options.server) - before.server) / units),
      worker: round((cpuMs(options.worker) - before.worker) / units),
    },
  };
}

/** User and system time of a process in milliseconds, as Linux accounts it; 0 elsewhere. */
function cpuMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
