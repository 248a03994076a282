/**
 * `node bench/table.ts results.jsonl`: the lines of `npm run bench -- --json` as Markdown, and the targets with the
 * ratios of this very run. Where a measurement was repeated, the row holds the medians.
 */
import { readFileSync } from 'node:fs';
import { targetRows } from './targets.ts';
import type { Line } from './workloads/workload.ts';

type Printed = Line & { notMeasured?: string };

const COMMON: ReadonlySet<string> = new Set(
  (
    'workload subject durability inFlight round n p50Ms p99Ms perSecond ' +
    'cpuMsPerUnit rssMb diskBytesPerUnit failShare foreignCores'
  ).split(' '),
);

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('Usage: node bench/table.ts results.jsonl\n');
  process.exit(2);
}
const lines = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line) as Printed);
const measured = lines.filter(({ notMeasured }) => notMeasured === undefined);

const header = ['Work', 'Subject', 'In flight', 'n', 'p50 ms', 'p99 ms', 'Per second'];
const costs = ['CPU ms per unit', 'MB', 'Bytes on disk per unit', 'Failed', 'Foreign cores', 'More'];
print([...header, ...costs], grouped(measured).map(rowOf));
for (const { subject, notMeasured } of lines) {
  if (notMeasured !== undefined) process.stdout.write(`\n${subject}: not measured, ${notMeasured}\n`);
}
process.stdout.write('\n');
print(['Target', 'Measured', 'Holds'], targetRows(measured));

function grouped(all: readonly Line[]): Line[][] {
  const key = ({ workload, subject, inFlight, way, warm, n }: Line): string =>
    JSON.stringify([workload, subject, inFlight, way, warm, workload === 'W4' ? n : 0]);
  return [...Map.groupBy(all, key).values()];
}

function rowOf(rounds: readonly Line[]): string[] {
  const [first] = rounds;
  if (!first) return [];
  const middle = (of: (line: Line) => unknown): string => text(median(rounds.map(of)));
  const each = (of: (line: Line) => { server: number; worker: number } | undefined): string => {
    const values = [
      median(rounds.map((line) => of(line)?.server)),
      median(rounds.map((line) => of(line)?.worker)),
    ];
    return values.some((value) => value === undefined) ? '' : values.map(text).join(' + ');
  };
  const more = Object.entries(first).filter(([name]) => !COMMON.has(name));
  return [
    first.workload,
    first.subject,
    text(first['inFlight']),
    text(first.n),
    middle((line) => line.p50Ms),
    middle((line) => line.p99Ms),
    middle((line) => line.perSecond),
    each((line) => line.cpuMsPerUnit),
    each((line) => line.rssMb),
    middle((line) => line.diskBytesPerUnit),
    first.failShare ? `${text(first.failShare * 100)} %` : '',
    middle((line) => line.foreignCores),
    more.map(([name, value]) => `${name} ${text(value)}`).join('; '),
  ];
}

function median(values: readonly unknown[]): number | undefined {
  const numbers = values.filter((value) => typeof value === 'number').toSorted((a, b) => a - b);
  return numbers[Math.floor(numbers.length / 2)];
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') {
    return Math.abs(value) >= 100
      ? Math.round(value).toLocaleString('en')
      : String(Number(value.toPrecision(3)));
  }
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, part]) => `${name} ${text(part)}`)
      .join(', ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function print(columns: readonly string[], rows: readonly string[][]): void {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  process.stdout.write(row(columns) + row(columns.map(() => '---')) + rows.map(row).join(''));
}
