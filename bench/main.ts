/**
 * `npm run bench [-- --json] [--only W2,W6] [--subjects windlass,restate] ...`: Windlass beside its peers, in one run.
 *
 * Each workload starts each subject on an empty store, one after the other, so that a ratio compares the same minutes
 * of the same machine. What each workload does stands at the top of its file; BENCHMARKS.md says how to read the lines.
 */
import { parseFlags, USAGE, type Flags, type Workload } from './flags.ts';
import type { Subject, SubjectName } from './subject.ts';
import { installRestate, restateServer } from './subjects/restate-installation.ts';
import { RESTATE_DURABILITY, RestateSubject } from './subjects/restate-subject.ts';
import { WINDLASS_DURABILITY, WindlassSubject } from './subjects/windlass-subject.ts';
import { killedWorker } from './workloads/killed-worker.ts';
import { machines } from './workloads/machines.ts';
import { oneStep } from './workloads/one-step.ts';
import { sleepers } from './workloads/sleepers.ts';
import { sequences } from './workloads/sequences.ts';
import type { Line, WorkloadRun } from './workloads/workload.ts';

let flags: Flags;
try {
  flags = parseFlags(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(2);
}
if (process.argv.includes('--help')) process.stdout.write(USAGE);
if (flags.installPeers) installRestate();

const missing = restateServer() === null;
const subjects = flags.subjects.filter((name) => !(missing && isRestate(name)));
for (const subject of flags.subjects.filter((name) => !subjects.includes(name))) {
  const notMeasured = 'not installed: npm run bench -- --install-peers';
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ subject, notMeasured })}\n`
      : `${subject}: not measured, ${notMeasured}\n`,
  );
}
for (const workload of flags.workloads) await runWorkload(workload);

async function runWorkload(workload: Workload): Promise<void> {
  const run: WorkloadRun = {
    workload,
    subjects,
    subject: newSubject,
    units: flags.units,
    print: (line) =>
      print({ ...line, workload, durability: durabilityOf(line.subject as SubjectName) } as Line),
  };
  switch (workload) {
    case 'W1':
    case 'W1S':
      return oneStep(run);
    case 'W2':
    case 'W3':
    case 'W7':
      return sequences(run);
    case 'W4':
      return sleepers(run, flags.sleepers);
    case 'W5':
      return killedWorker(run);
    case 'W6':
      return machines(run);
  }
}

function newSubject(name: SubjectName): Subject {
  if (isRestate(name)) return new RestateSubject(name);
  return new WindlassSubject();
}

function isRestate(name: SubjectName): name is 'restate' | 'restate-xstate' {
  return name === 'restate' || name === 'restate-xstate';
}

function durabilityOf(name: SubjectName): string {
  return isRestate(name) ? RESTATE_DURABILITY : WINDLASS_DURABILITY;
}

function print(line: Line): void {
  const { workload, subject, durability, ...rest } = line;
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ workload, subject, durability, ...rest })}\n`);
    return;
  }
  const cells = Object.entries(rest).map(([name, value]) => `${name} ${textOf(value)}`);
  process.stdout.write(`${[workload, subject, ...cells, `fsync ${durability}`].join('  ')}\n`);
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name} ${String(part)}`)
    .join(', ');
}
