/** The command line of the benchmark. */
import { parseArgs } from 'node:util';
import type { SubjectName } from './subject.ts';

export const WORKLOADS = ['W1', 'W1S', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7'] as const;
export type Workload = (typeof WORKLOADS)[number];
export const SUBJECTS = [
  'windlass',
  'jetstream',
  'restate',
  'restate-xstate',
] as const satisfies SubjectName[];

export const USAGE = `npm run bench -- [flags]
  --json                one JSON line a measurement
  --only W2,W6          some workloads (default: all of ${WORKLOADS.join(', ')})
  --subjects windlass   some subjects (default: all of ${SUBJECTS.join(', ')})
  --units N             units of W1 to W7, instead of each workload's own number
  --sleepers N,N        sleepers of W4 (default 20000); 200000 takes minutes
  --quick               a small number of units everywhere: does it run, not how fast
  --install-peers       installs Restate for the benchmark alone, into bench/peers/restate
`;

export type Flags = {
  json: boolean;
  workloads: readonly Workload[];
  subjects: readonly SubjectName[];
  /** Undefined: each workload's own number. */
  units: number | undefined;
  sleepers: readonly number[];
  installPeers: boolean;
};

const QUICK = { units: '40', sleepers: '400' };

/** @throws Error that says what is wrong with the command line */
export function parseFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      'install-peers': { type: 'boolean', default: false },
      only: { type: 'string' },
      subjects: { type: 'string' },
      units: { type: 'string' },
      sleepers: { type: 'string' },
    },
  });
  const units = values.units ?? (values.quick ? QUICK.units : undefined);
  const sleepers = values.sleepers ?? (values.quick ? QUICK.sleepers : '20000');
  return {
    json: values.json,
    workloads: chosen(values.only, { from: WORKLOADS, flag: '--only' }),
    subjects: chosen(values.subjects, { from: SUBJECTS, flag: '--subjects' }),
    units: units === undefined ? undefined : count(units, '--units'),
    sleepers: sleepers.split(',').map((text) => count(text, '--sleepers')),
    installPeers: values['install-peers'],
  };
}

function chosen<Name extends string>(
  text: string | undefined,
  { from, flag }: { from: readonly Name[]; flag: string },
): Name[] {
  if (text === undefined) return [...from];
  const wanted = text.split(',');
  const unknown = wanted.find((name) => !(from as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new Error(`${flag}: '${unknown}' is not one of ${from.join(', ')}.\n${USAGE}`);
  }
  return from.filter((name) => wanted.includes(name));
}

function count(text: string, flag: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new Error(`${flag}: '${text}' is not a whole number of 1 or more.\n${USAGE}`);
  }
  return value;
}
