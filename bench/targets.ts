/** The goals of the benchmark, each as a ratio within one run. */
import { WARM_UP_SECONDS } from './measure.ts';
import { BY_HAND_APART } from './subject.ts';
import type { Line } from './workloads/workload.ts';

/** Worker memory is flat when many sleepers take no more than this much of what few take. */
const GROWN_MAX = 1.1;

type Lines = readonly Line[];

/** Target, what was measured, whether it holds. Empty where the run has not measured it. */
export function targetRows(lines: Lines): string[][] {
  return [
    ...stepRows(lines),
    ...flowRows(lines),
    ...eventRows(lines),
    ...boundRows(lines),
    ...killRows(lines),
    ...sleeperRows(lines),
  ];
}

function stepRows(lines: Lines): string[][] {
  return WARMTHS.flatMap((isWarm) => {
    const p50 = (subject: string, way?: string): number | undefined =>
      middle(
        pick(lines, { workload: 'W1', subject, inFlight: 1 }).filter(
          (line) => line['way'] === way && isOf(line, isWarm),
        ),
        (line) => line.p50Ms,
      );
    const ways = ['direct', 'stored'].map((way) =>
      ratioRow(
        `W1${named(isWarm)} p50 <= 1.5x raw JetStream, ${way}`,
        [p50('windlass', way), p50('jetstream', way)],
        (ratio) => ratio <= 1.5,
      ),
    );
    const besideRestate = ratioRow(
      `W1${named(isWarm)} p50 <= 0.33x Restate`,
      [p50('windlass', 'direct'), p50('restate')],
      (ratio) => ratio <= 0.33,
    );
    return [...ways.flat(), ...besideRestate];
  });
}

function flowRows(lines: Lines): string[][] {
  return ['W2', 'W3'].flatMap((workload) =>
    WARMTHS.flatMap((isWarm) => {
      const of = (subject: string): Line[] =>
        pick(lines, { workload, subject }).filter(
          (line) => line.perSecond !== undefined && isOf(line, isWarm),
        );
      const speed = (subject: string): number | undefined => middle(of(subject), (line) => line.perSecond);
      const cpu = (subject: string): number | undefined =>
        middle(of(subject), (line) => (line.cpuMsPerUnit?.server ?? 0) + (line.cpuMsPerUnit?.worker ?? 0));
      return [
        ...ratioRow(
          `${workload}${named(isWarm)} throughput >= 2x Restate`,
          [speed('windlass'), speed('restate')],
          (ratio) => ratio >= 2,
        ),
        ...ratioRow(
          `${workload}${named(isWarm)} CPU per unit <= 0.5x Restate`,
          [cpu('windlass'), cpu('restate')],
          (ratio) => ratio <= 0.5,
        ),
      ];
    }),
  );
}

function eventRows(lines: Lines): string[][] {
  return WARMTHS.flatMap((isWarm) => {
    const speed = (subject: string): number | undefined =>
      middle(
        pick(lines, { workload: 'W6', subject }).filter((line) => isOf(line, isWarm)),
        (line) => line.perSecond,
      );
    return ratioRow(
      `W6${named(isWarm)} events per second >= 10x @restatedev/xstate`,
      [speed('windlass'), speed('restate-xstate')],
      (ratio) => ratio >= 10,
    );
  });
}

/** What the worker by hand reaches that does nothing but store the same messages: with them, no other can reach more. */
function boundRows(lines: Lines): string[][] {
  const apart = (workload: string): Line | undefined =>
    pick(lines, { workload, subject: 'jetstream' }).find((line) => line['way'] === BY_HAND_APART);
  const step = pick(lines, { workload: 'W1', subject: 'jetstream', inFlight: 1 }).filter(
    (line) => line['way'] === 'direct' && isOf(line, true),
  );
  const bounds = [
    ['W2', 'restate', 'throughput, of Restate'],
    ['W3', 'restate', 'throughput, of Restate'],
    ['W6', 'restate-xstate', 'events per second, of @restatedev/xstate'],
  ] as const;
  return [
    ...boundRow('W1 p50, of raw JetStream', [apart('W1')?.p50Ms, middle(step, (line) => line.p50Ms)]),
    ...bounds.flatMap(([workload, subject, what]) => {
      const warm = pick(lines, { workload, subject }).filter((line) => isOf(line, true));
      const speed = middle(warm, (line) => line.perSecond);
      return boundRow(`${workload} ${what}`, [apart(workload)?.perSecond, speed]);
    }),
  ];
}

function boundRow(
  what: string,
  [ours, theirs]: readonly [number | undefined, number | undefined],
): string[][] {
  if (ours === undefined || theirs === undefined) return [];
  return [[`by hand in ${BY_HAND_APART}: ${what}`, `${(ours / theirs).toFixed(2)}x`, '']];
}

/** As just started, and after {@link WARM_UP_SECONDS} of the same work. */
const WARMTHS = [false, true];

function isOf(line: Line, isWarm: boolean): boolean {
  return (line['warm'] === true) === isWarm;
}

function named(isWarm: boolean): string {
  return isWarm ? ` after ${WARM_UP_SECONDS} s` : '';
}

function killRows(lines: Lines): string[][] {
  return pick(lines, { workload: 'W5', subject: 'windlass' }).map((line) => {
    const [first, doubled] = [Number(line['firstProgressMs']), Number(line['doubled'])];
    return [
      'W5 first progress <= 1 s, 0 doubled effects',
      `${first} ms, ${doubled} doubled`,
      yesOrNo(first <= 1_000 && doubled === 0),
    ];
  });
}

function sleeperRows(lines: Lines): string[][] {
  const all = pick(lines, { workload: 'W4', subject: 'windlass' });
  const [few, many] = all.toSorted((a, b) => Number(a.n) - Number(b.n)).map(({ n, rssMb }) => ({ n, rssMb }));
  const compared =
    few === undefined || many === undefined
      ? []
      : ratioRow(
          `W4 worker memory flat: with ${many.n} sleepers <= ${GROWN_MAX}x that with ${few.n}`,
          [many.rssMb?.worker, few.rssMb?.worker],
          (ratio) => ratio <= GROWN_MAX,
        );
  return [...all.flatMap(sleeperRow), ...compared];
}

function sleeperRow(line: Line): string[][] {
  const beside = line['beside'] as { share: number; few: number } | undefined;
  if (beside === undefined) return [];
  const name = `W4 throughput with ${line.n} stored >= 90 % of that with ${beside.few}`;
  return [[name, `${Math.round(beside.share * 100)} %`, yesOrNo(beside.share >= 0.9)]];
}

function pick(lines: Lines, wanted: { workload: string; subject: string; inFlight?: number }): Line[] {
  return lines.filter(
    (line) =>
      line.workload === wanted.workload &&
      line.subject === wanted.subject &&
      (wanted.inFlight === undefined || line['inFlight'] === wanted.inFlight),
  );
}

function middle(lines: Lines, of: (line: Line) => number | undefined): number | undefined {
  const values = lines
    .map(of)
    .filter((value) => value !== undefined)
    .toSorted((a, b) => a - b);
  return values[Math.floor(values.length / 2)];
}

function ratioRow(
  name: string,
  [ours, theirs]: readonly [number | undefined, number | undefined],
  holds: (ratio: number) => boolean,
): string[][] {
  if (ours === undefined || theirs === undefined) return [];
  const ratio = ours / theirs;
  return [[name, `${ratio.toFixed(2)}x`, yesOrNo(holds(ratio))]];
}

function yesOrNo(holds: boolean): string {
  return holds ? 'yes' : 'no';
}
