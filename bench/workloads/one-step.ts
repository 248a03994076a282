/**
 * W1   one durable step: event in, record committed, answer out. Two ways: directly, or with the event stored first.
 * W1S  the same step with two sends to other actors: Windlass and raw JetStream alone.
 */
import { closedLoop, measure, warmUp } from '../measure.ts';
import { ENTITIES } from '../subject.ts';
import { rawCommits } from '../subjects/jetstream-subject.ts';
import { recordWrites } from '../subjects/recorded-writes.ts';
import { WindlassSubject } from '../subjects/windlass-subject.ts';
import { APART, measureApart } from './by-hand-apart.ts';
import { withSubject, type WorkloadRun } from './workload.ts';

const UNITS = 1_000;
const IN_FLIGHT = [1, 32, 256] as const;
/** What is done by hand and Windlass take turns, so that a bad moment of the machine hits both. */
const ROUNDS = 2;
/** One at a time, compilers would not see much of it. */
const WARM_UP_IN_FLIGHT = 32;

export async function oneStep(run: WorkloadRun): Promise<void> {
  if (run.subjects.includes('windlass'))
    await withSubject(new WindlassSubject(), (subject) => beside(run, subject));
  if (run.workload === 'W1S' || !run.subjects.includes('restate')) return;
  await withSubject(run.subject('restate'), async (subject) => {
    const unit = subject.step;
    if (unit === null) return;
    for (const inFlight of IN_FLIGHT) {
      await measure({ accounted: subject, units: Math.min(ENTITIES, unitsOf(run)), inFlight: 64, unit });
      const measured = await measure({ accounted: subject, units: unitsOf(run), inFlight, unit });
      run.print({ subject: 'restate', inFlight, ...measured });
    }
    if (run.units !== undefined) return;
    await warmUp({ inFlight: WARM_UP_IN_FLIGHT, unit });
    const warm = await measure({ accounted: subject, units: unitsOf(run), inFlight: 1, unit });
    run.print({ subject: 'restate', inFlight: 1, warm: true, ...warm });
  });
}

type Way = 'direct' | 'stored';
type Step = (index: number) => Promise<void>;

/** Windlass, and the same by hand on the same server. */
async function beside(run: WorkloadRun, windlass: WindlassSubject): Promise<void> {
  const owner = await windlass.connect('by-hand');
  const raw = await rawCommits({ bus: windlass.bus, owner, sizes: await windlass.sizes() });
  const ways: { way: Way; byHand: Step; unit: Step }[] =
    run.workload === 'W1S'
      ? [{ way: 'stored', byHand: raw.stepWithSends, unit: windlass.stepWithSends }]
      : [
          { way: 'direct', byHand: raw.step, unit: windlass.step },
          { way: 'stored', byHand: raw.storedStep, unit: windlass.storedStep },
        ];
  if (run.workload === 'W1') await hops(run, windlass);
  for (const inFlight of IN_FLIGHT) {
    for (const way of ways) await measureWay(run, windlass, { ...way, inFlight });
  }
  if (run.workload === 'W1' && run.units === undefined) {
    for (const way of ways) await measureWay(run, windlass, { ...way, inFlight: 1, isWarm: true });
  }
  if (run.workload === 'W1' && run.subjects.includes('jetstream')) await apart(run, windlass);
  await owner.close();
}

async function measureWay(
  run: WorkloadRun,
  windlass: WindlassSubject,
  work: { way: Way; byHand: Step; unit: Step; inFlight: number; isWarm?: true },
): Promise<void> {
  const { way, byHand, unit, inFlight, isWarm } = work;
  const subjects = [
    { name: 'jetstream' as const, unit: byHand, accounted: windlass.byHand() },
    { name: 'windlass' as const, unit, accounted: windlass },
  ].filter(({ name }) => run.subjects.includes(name));
  for (const subject of subjects) {
    // Every actor exists and is in memory before anything is measured.
    await closedLoop({ units: ENTITIES, inFlight: 64, unit: subject.unit });
    if (isWarm) await warmUp({ inFlight: WARM_UP_IN_FLIGHT, unit: subject.unit });
  }
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const subject of subjects) {
      const { accounted } = subject;
      const measured = await measure({ accounted, units: unitsOf(run), inFlight, unit: subject.unit });
      const warm = isWarm ? { warm: true } : {};
      run.print({ subject: subject.name, inFlight, way, ...warm, round, ...measured });
    }
  }
}

/** The writes of a direct step, by a worker that does nothing else. */
async function apart(run: WorkloadRun, windlass: WindlassSubject): Promise<void> {
  const recorded = await recordWrites(windlass.bus, () => windlass.step(0));
  const measured = await measureApart(run, {
    windlass,
    recorded,
    units: unitsOf(run),
    inFlight: 1,
    unit: (ask, index) => ask(`${index % ENTITIES}`),
  });
  run.print({ ...APART, inFlight: 1, ...measured });
}

/** What a step takes besides the store and the step itself: a request to the worker through the server, and its answer. */
async function hops(run: WorkloadRun, windlass: WindlassSubject): Promise<void> {
  const units = unitsOf(run);
  await closedLoop({ units: ENTITIES, inFlight: 64, unit: windlass.hop });
  const measured = await measure({ accounted: windlass, units, inFlight: 1, unit: windlass.hop });
  run.print({ subject: 'windlass', inFlight: 1, way: 'hop', ...measured });
}

function unitsOf(run: WorkloadRun): number {
  return run.units ?? UNITS;
}
