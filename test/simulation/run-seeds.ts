/** Runs a range of seeds in several processes and adds up what they found. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FindingKind } from './engine/run-result.ts';

const PROGRESS_MS = 10_000;
/** Much garbage, all of it young: more room for it saves a sixth of the time. */
const NODE_OPTIONS = ['--max-semi-space-size=64'];
const SHARD = fileURLToPath(new URL('./seed-shard.ts', import.meta.url));

/** What a child tells about one seed. */
export type SeedReport = {
  seed: number;
  deployments: number;
  traceHash: string;
  found: { kind: FindingKind; text: string }[];
};

export type Verdict = Record<Exclude<FindingKind, 'violation'>, number> & {
  seeds: number;
  deployments: number;
  violations: number;
  /** Deployments simulated in a second of real time, over all processes. */
  perSecond: number;
  bad: { seed: number; texts: string[] }[];
};

export type SeedRange = {
  seeds: number;
  seedStart: number;
  seconds?: number;
  jobs: number;
  world: string;
  signal?: AbortSignal;
};

/**
 * @returns the verdict, and the first seed that was not run: where to go on
 * @throws Error when a child process ends before its time
 */
export async function runSeeds(
  range: SeedRange,
  tell: (line: string) => void,
): Promise<{ verdict: Verdict; nextSeed: number; reports: SeedReport[] }> {
  const startedAt = performance.now();
  const reports: SeedReport[] = [];
  const done = new Set<number>();
  const next = { seed: range.seedStart };
  const endSeed = range.seedStart + range.seeds;
  const isOver = (): boolean =>
    range.signal?.aborted === true ||
    next.seed >= endSeed ||
    (performance.now() - startedAt) / 1_000 >= (range.seconds ?? Infinity);
  const take = (): number | null => {
    if (isOver()) return null;
    next.seed += 1;
    return next.seed - 1;
  };
  const progress = setInterval(() => {
    tell(
      `${JSON.stringify(withoutBad(verdictOf(reports, startedAt)))} next seed ${firstMissing(range, done)}`,
    );
  }, PROGRESS_MS);
  try {
    await Promise.all(
      Array.from({ length: Math.max(1, range.jobs) }, () =>
        runJob(range.world, take, (report) => {
          reports.push(report);
          done.add(report.seed);
        }),
      ),
    );
  } finally {
    clearInterval(progress);
  }
  reports.sort((a, b) => a.seed - b.seed);
  return { verdict: verdictOf(reports, startedAt), nextSeed: firstMissing(range, done), reports };
}

/** One child: it gets a seed, answers with what came of it, and gets the next one. */
async function runJob(
  world: string,
  take: () => number | null,
  onReport: (report: SeedReport) => void,
): Promise<void> {
  const child = fork(SHARD, [world], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [...process.execArgv, ...NODE_OPTIONS],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`A simulating process ended early with code ${code}.`)));
      child.on('message', (report: SeedReport | 'ready') => {
        if (report !== 'ready') onReport(report);
        if (!give(child, take())) resolve();
      });
    });
  } finally {
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
  }
}

function give(child: ChildProcess, seed: number | null): boolean {
  if (seed !== null) child.send(seed);
  return seed !== null;
}

function verdictOf(reports: readonly SeedReport[], startedAt: number): Verdict {
  const all = reports.flatMap(({ found }) => found);
  const count = (kind: FindingKind): number => all.filter((finding) => finding.kind === kind).length;
  const deployments = reports.reduce((sum, report) => sum + report.deployments, 0);
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    seeds: reports.length,
    deployments,
    failed: count('failed'),
    stuck: count('stuck'),
    lost: count('lost'),
    doubled: count('doubled'),
    orphaned: count('orphaned'),
    violations: count('violation'),
    perSecond: Math.round((10 * deployments) / Math.max(seconds, 0.001)) / 10,
    bad: reports
      .filter(({ found }) => found.length > 0)
      .map(({ seed, found }) => ({ seed, texts: found.map(({ kind, text }) => `${kind}: ${text}`) })),
  };
}

function withoutBad({ bad, ...numbers }: Verdict): Omit<Verdict, 'bad'> {
  void bad;
  return numbers;
}

function firstMissing(range: SeedRange, done: ReadonlySet<number>): number {
  let seed = range.seedStart;
  while (done.has(seed)) seed += 1;
  return seed;
}
