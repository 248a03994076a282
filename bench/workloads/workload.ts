/** What every workload gets: the subjects it may measure, its size, and where its lines go. */
import type { Workload } from '../flags.ts';
import type { Measurement } from '../measure.ts';
import type { Subject, SubjectName } from '../subject.ts';

/** One line of output. Fields of one workload alone follow the common ones. */
export type Line = { workload: Workload; subject: SubjectName; durability: string } & Partial<Measurement> &
  Record<string, unknown>;

export type WorkloadRun = {
  workload: Workload;
  /** A new one each time: every measurement starts on an empty store. */
  subject(name: SubjectName): Subject;
  subjects: readonly SubjectName[];
  /** Asked for on the command line; undefined: the workload's own. */
  units: number | undefined;
  print(line: Omit<Line, 'workload' | 'durability'>): void;
};

/** Runs `act` on a fresh subject and ends it, whatever happens. */
export async function withSubject<S extends Pick<Subject, 'start' | 'stop'>>(
  subject: S,
  act: (subject: S) => Promise<void>,
): Promise<void> {
  try {
    await subject.start();
    await act(subject);
  } finally {
    await subject.stop();
  }
}

/** Ids that no earlier run used. */
export function freshTag(): string {
  return Math.random().toString(36).slice(2, 10);
}
