/** W6  500 XState machines (a ring of ten states with a counter), 10 events each: 100 machines in flight, one event at a time each. */
import { closedLoop, measure, percentiles, warmUp } from '../measure.ts';
import { countsOf, recordWrites, writesByHand } from '../subjects/recorded-writes.ts';
import type { Subject } from '../subject.ts';
import { WindlassSubject } from '../subjects/windlass-subject.ts';
import { APART, measureApart } from './by-hand-apart.ts';
import { freshTag, withSubject, type WorkloadRun } from './workload.ts';

const MACHINES = 500;
const EVENTS = 10;
const IN_FLIGHT = 100;
const WARM_UP = 20;
const ALONE = 20;

export async function machines(run: WorkloadRun): Promise<void> {
  for (const name of run.subjects) {
    if (name === 'jetstream') {
      await withSubject(new WindlassSubject(), (subject) => byHand(run, subject));
      continue;
    }
    const subject = run.subject(name);
    if (subject.machines === null) continue;
    const { create, next } = subject.machines;
    const units = run.units ?? MACHINES;
    const tag = freshTag();
    await withSubject(subject, async () => {
      const events = async (id: string, durations: number[]): Promise<void> => {
        for (let count = 0; count < EVENTS; count += 1) {
          const at = performance.now();
          await next(id);
          durations.push(performance.now() - at);
        }
      };
      const lived = async (id: string): Promise<void> => {
        await create(id);
        await events(id, []);
      };
      const createAll = (prefix: string, count: number) =>
        closedLoop({ units: count, inFlight: IN_FLIGHT, unit: (index) => create(`${prefix}-${index}`) });
      await createAll(`warm-${tag}`, WARM_UP);
      for (let index = 0; index < WARM_UP; index += 1) await events(`warm-${tag}-${index}`, []);
      await createAll(tag, units);
      await once(run, { subject, tag, units, events });
      if (run.units === undefined) {
        await warmUp({ inFlight: IN_FLIGHT, unit: (index) => lived(`warm-up-${tag}-${index}`) });
        await createAll(`again-${tag}`, units);
        await once(run, { subject, tag: `again-${tag}`, units, events, isWarm: true });
      }
      await createAll(`alone-${tag}`, ALONE);
      const alone: number[] = [];
      for (let index = 0; index < ALONE; index += 1) await events(`alone-${tag}-${index}`, alone);
      run.print({ subject: subject.name, inFlight: 1, n: alone.length, ...percentiles(alone) });
    });
  }
}

/** Ten events to each of the machines. */
async function once(
  run: WorkloadRun,
  args: {
    subject: Subject;
    tag: string;
    units: number;
    events: (id: string, durations: number[]) => Promise<void>;
    isWarm?: true;
  },
): Promise<void> {
  const { subject, tag, units, events, isWarm } = args;
  const durations: number[] = [];
  const measured = await measure({
    accounted: subject,
    units,
    inFlight: IN_FLIGHT,
    unit: (index) => events(`${tag}-${index}`, durations),
  });
  run.print({
    subject: subject.name,
    inFlight: IN_FLIGHT,
    ...(isWarm ? { warm: true } : {}),
    ...perEvent(measured),
    ...percentiles(durations),
  });
}

/** The writes of Windlass without Windlass, on its server: those of ten events to one machine. */
async function byHand(run: WorkloadRun, subject: WindlassSubject): Promise<void> {
  const tag = freshTag();
  const { create, next } = subject.machines;
  const all = async (id: string): Promise<void> => {
    for (let count = 0; count < EVENTS; count += 1) await next(id);
  };
  await create(`warm-${tag}`);
  await all(`warm-${tag}`);
  await create(`recorded-${tag}`);
  await next(`recorded-${tag}`);
  const recorded = await recordWrites(subject.bus, () => all(`recorded-${tag}`));
  const write = await writesByHand(subject.bus, recorded);
  const units = run.units ?? MACHINES;
  await closedLoop({ units: WARM_UP, inFlight: WARM_UP, unit: (index) => write(`warm-${index}`) });
  const measured = await measure({
    accounted: subject.byHand(),
    units,
    inFlight: IN_FLIGHT,
    unit: (index) => write(`${tag}-${index}`),
  });
  // its durations are of ten events
  const { p50Ms: _p50, p99Ms: _p99, ...throughput } = perEvent(measured);
  run.print({ subject: 'jetstream', inFlight: IN_FLIGHT, ...throughput, ...countsOf(recorded) });
  await apart(run, { windlass: subject, tag, units });
}

/** One event a request. */
async function apart(
  run: WorkloadRun,
  { windlass, tag, units }: { windlass: WindlassSubject; tag: string; units: number },
): Promise<void> {
  const { next } = windlass.machines;
  const recorded = await recordWrites(windlass.bus, () => next(`recorded-${tag}`));
  const durations: number[] = [];
  const measured = await measureApart(run, {
    windlass,
    recorded,
    units,
    inFlight: IN_FLIGHT,
    unit: async (ask, index) => {
      for (let count = 0; count < EVENTS; count += 1) {
        const at = performance.now();
        await ask(`apart-${tag}-${index}`);
        if (index >= 0) durations.push(performance.now() - at);
      }
    },
  });
  run.print({ ...APART, inFlight: IN_FLIGHT, ...perEvent(measured), ...percentiles(durations) });
}

type Measured = Awaited<ReturnType<typeof measure>>;

/** The unit of this workload is the event. */
function perEvent(measured: Measured): Measured {
  const { server, worker } = measured.cpuMsPerUnit;
  const share = (value: number): number => Math.round((value / EVENTS) * 1_000) / 1_000;
  return {
    ...measured,
    n: measured.n * EVENTS,
    perSecond: measured.perSecond * EVENTS,
    cpuMsPerUnit: { server: share(server), worker: share(worker) },
    clientCpuMsPerUnit: share(measured.clientCpuMsPerUnit),
    diskBytesPerUnit: Math.round(measured.diskBytesPerUnit / EVENTS),
  };
}
