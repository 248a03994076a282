/**
 * By hand once more, with a worker that is a process of its own, as that of Windlass is: with these
 * messages, no worker can fall below it.
 */
import { measure, warmUp, type Measurement } from '../measure.ts';
import { BY_HAND_APART } from '../subject.ts';
import { ByHandProcess } from '../subjects/by-hand-process.ts';
import type { WriteUnit } from '../subjects/recorded-writes.ts';
import type { WindlassSubject } from '../subjects/windlass-subject.ts';
import type { WorkloadRun } from './workload.ts';

/** What a line of it has besides the measurement. */
export const APART = { subject: 'jetstream', way: BY_HAND_APART } as const;

type Work = {
  windlass: WindlassSubject;
  /** What one request has the worker write. */
  recorded: readonly WriteUnit[];
  units: number;
  inFlight: number;
  /** @param write asks the worker for the writes of one name */
  unit: (write: (name: string) => Promise<void>, index: number) => Promise<void>;
};

/** Warm, as far as the run has time for that. */
export async function measureApart(run: WorkloadRun, work: Work): Promise<Measurement> {
  const { windlass, recorded, units, inFlight } = work;
  const worker = await ByHandProcess.start(windlass, recorded);
  try {
    const unit = (index: number): Promise<void> => work.unit(worker.write, index);
    if (run.units === undefined) await warmUp({ inFlight, unit: (index) => unit(-1 - index) });
    return await measure({ accounted: worker.accounted, units, inFlight, unit });
  } finally {
    await worker.stop();
  }
}
