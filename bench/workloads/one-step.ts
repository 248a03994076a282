/**
 * W1   one durable step: event in, record committed, answer out.
 * W1S  the same step with two sends to other actors: Windlass and raw JetStream alone.
 */
import { measure } from '../measure.ts';
import { ENTITIES } from '../subject.ts';
import { rawCommits } from '../subjects/jetstream-subject.ts';
import { WindlassSubject } from '../subjects/windlass-subject.ts';
import { withSubject, type WorkloadRun } from './workload.ts';

const UNITS = 1_000;
const IN_FLIGHT = [1, 32, 256] as const;
/** Raw commits and Windlass take turns, so that a bad moment of the machine hits both. */
const ROUNDS = 2;

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
  });
}

/** Windlass, and raw commits of the same bytes on the same server. */
async function beside(run: WorkloadRun, windlass: WindlassSubject): Promise<void> {
  const sends = run.workload === 'W1S';
  const raw = await rawCommits(windlass.bus, await windlass.sizes());
  const { server } = windlass.processes();
  const subjects = [
    {
      name: 'jetstream' as const,
      unit: sends ? raw.stepWithSends : raw.step,
      // The client that commits is this process.
      accounted: {
        processes: () => ({ server, worker: [process.pid] }),
        diskBytes: () => windlass.diskBytes(),
      },
    },
    { name: 'windlass' as const, unit: sends ? windlass.stepWithSends : windlass.step, accounted: windlass },
  ].filter(({ name }) => run.subjects.includes(name));
  for (const inFlight of IN_FLIGHT) {
    for (const { accounted, unit } of subjects) {
      // Every actor exists and is in memory before anything is measured.
      await measure({ accounted, units: ENTITIES, inFlight: 64, unit });
    }
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const { name, accounted, unit } of subjects) {
        const measured = await measure({ accounted, units: unitsOf(run), inFlight, unit });
        run.print({ subject: name, inFlight, round, ...measured });
      }
    }
  }
}

function unitsOf(run: WorkloadRun): number {
  return run.units ?? UNITS;
}
