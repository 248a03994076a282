/**
 * W2  2,000 workflows of 5 activities that return at once, 100 in flight.
 * W3  500 parents of 6 children in sequence, each of 4 activities of 1 ms in sequence, 100 in flight; then some alone.
 * W7  W2 where each attempt fails with a probability of 4 %, with each subject's default retries.
 */
import { closedLoop, measure, percentiles, warmUp } from '../measure.ts';
import type { Subject, WorkflowKind } from '../subject.ts';
import { countsOf, recordWrites, writesByHand } from '../subjects/recorded-writes.ts';
import { WindlassSubject } from '../subjects/windlass-subject.ts';
import { APART, measureApart } from './by-hand-apart.ts';
import { freshTag, withSubject, type WorkloadRun } from './workload.ts';

type Shape = {
  kind: WorkflowKind;
  units: number;
  warmUp: number;
  alone: number;
  /** Measured a second time, when the work has gone on for a while. */
  isWarmMeasured?: true;
};

const SHAPES: Readonly<Record<string, Shape>> = {
  W2: { kind: 'short', units: 2_000, warmUp: 300, alone: 0, isWarmMeasured: true },
  W3: { kind: 'parent', units: 500, warmUp: 60, alone: 40, isWarmMeasured: true },
  W7: { kind: 'flaky', units: 2_000, warmUp: 300, alone: 0 },
};
const IN_FLIGHT = 100;

export async function sequences(run: WorkloadRun): Promise<void> {
  const shape = SHAPES[run.workload];
  if (!shape) throw new Error(`${run.workload} is no workload of workflows.`);
  for (const name of run.subjects) {
    if (name === 'jetstream')
      await withSubject(new WindlassSubject(), (subject) => byHand(run, { subject, shape }));
    else await withSubject(run.subject(name), (subject) => one(run, { subject, shape }));
  }
}

/** The writes of Windlass without Windlass, on its server. */
async function byHand(
  run: WorkloadRun,
  { subject, shape }: { subject: WindlassSubject; shape: Shape },
): Promise<void> {
  const units = run.units ?? shape.units;
  await subject.run(shape.kind, { id: `warm-${freshTag()}` });
  const recorded = await recordWrites(subject.bus, () =>
    subject.run(shape.kind, { id: `recorded-${freshTag()}` }),
  );
  const write = await writesByHand(subject.bus, recorded);
  const tag = freshTag();
  await closedLoop({
    units: Math.min(shape.warmUp, units),
    inFlight: 50,
    unit: (index) => write(`warm-${tag}-${index}`),
  });
  const measured = await measure({
    accounted: subject.byHand(),
    units,
    inFlight: IN_FLIGHT,
    unit: (index) => write(`${tag}-${index}`),
  });
  run.print({ subject: 'jetstream', inFlight: IN_FLIGHT, ...measured, ...countsOf(recorded) });
  const apart = await measureApart(run, {
    windlass: subject,
    recorded,
    units,
    inFlight: IN_FLIGHT,
    unit: (ask, index) => ask(`apart-${tag}-${index}`),
  });
  run.print({ ...APART, inFlight: IN_FLIGHT, ...apart });
}

async function one(run: WorkloadRun, { subject, shape }: { subject: Subject; shape: Shape }): Promise<void> {
  const units = run.units ?? shape.units;
  const unitOf = () => {
    const tag = freshTag();
    return (index: number) => subject.run(shape.kind, { id: `${tag}-${index}` });
  };
  await closedLoop({ units: Math.min(shape.warmUp, units), inFlight: 50, unit: unitOf() });
  const measured = await measure({ accounted: subject, units, inFlight: IN_FLIGHT, unit: unitOf() });
  run.print({ subject: subject.name, inFlight: IN_FLIGHT, ...measured });
  if (shape.isWarmMeasured && run.units === undefined) {
    await warmUp({ inFlight: IN_FLIGHT, unit: unitOf() });
    const warm = await measure({ accounted: subject, units, inFlight: IN_FLIGHT, unit: unitOf() });
    run.print({ subject: subject.name, inFlight: IN_FLIGHT, warm: true, ...warm });
  }
  if (shape.alone === 0) return;
  const { durations } = await closedLoop({
    units: Math.min(shape.alone, units),
    inFlight: 1,
    unit: unitOf(),
  });
  run.print({ subject: subject.name, inFlight: 1, n: durations.length, ...percentiles(durations) });
}
