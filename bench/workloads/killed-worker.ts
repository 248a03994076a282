/**
 * W5  200 workflows in flight, each of 5 activities of 200 ms that write a line when they start (S) and when they have
 *     had their effect (E). At 30 % of the effects the worker is killed with kill -9 and another one started at once.
 *
 * `doubled` counts activities with more than one E, `lost` those without any.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closedLoop } from '../measure.ts';
import { ACTIVITIES_PER_WORKFLOW, type Subject } from '../subject.ts';
import { freshTag, withSubject, type WorkloadRun } from './workload.ts';

const WORKFLOWS = 200;
const KILL_AT_SHARE = 0.3;
const TIMEOUT_MS = 180_000;

type Entry = { mark: 'S' | 'E'; activity: string; pid: string; atMs: number };

export async function killedWorker(run: WorkloadRun): Promise<void> {
  for (const name of run.subjects) {
    if (name === 'jetstream') continue;
    const folder = await mkdtemp(path.join(os.tmpdir(), 'windlass-bench-log-'));
    try {
      await withSubject(run.subject(name), (subject) =>
        one(run, { subject, log: path.join(folder, 'effects') }),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function one(run: WorkloadRun, { subject, log }: { subject: Subject; log: string }): Promise<void> {
  const units = run.units ?? WORKFLOWS;
  const tag = freshTag();
  await writeFile(log, '');
  // Everything has run once before it counts.
  await subject.run('short', { id: `warm-${tag}` });
  const ids = Array.from({ length: units }, (_, index) => `${tag}-${index}`);
  const ends = subject.name === 'windlass' ? ids.map((id) => subject.ended('slow', id)) : [];
  await closedLoop({
    units,
    inFlight: units,
    unit: (index) => subject.begin('slow', { id: ids[index] ?? '', log }),
  });
  const ended = Promise.allSettled(ends.length > 0 ? ends : ids.map((id) => subject.ended('slow', id)));
  const wanted = units * ACTIVITIES_PER_WORKFLOW * KILL_AT_SHARE;
  await waitFor(() => effects(log).length >= wanted, 10);
  const before = entries(log);
  const killedAtMs = Date.now();
  await subject.killWorker();
  await subject.startWorker();
  const old = new Set(before.map(({ pid }) => pid));
  const progress = () => entries(log).find(({ pid }) => !old.has(pid));
  await waitFor(() => progress() !== undefined, 5);
  const outcome = await Promise.race([ended, sleep(TIMEOUT_MS, null, { ref: false })]);
  await sleep(1_000);
  run.print({
    subject: subject.name,
    inFlight: units,
    n: units,
    firstProgressMs: (progress()?.atMs ?? Infinity) - killedAtMs,
    allDoneMs: (effects(log).at(-1)?.atMs ?? Infinity) - killedAtMs,
    runningAtKill:
      before.filter(({ mark }) => mark === 'S').length - before.filter(({ mark }) => mark === 'E').length,
    repeatedStarts: repeated(entries(log).filter(({ mark }) => mark === 'S')),
    doubled: repeated(effects(log)),
    lost: units * ACTIVITIES_PER_WORKFLOW - new Set(effects(log).map(({ activity }) => activity)).size,
    failShare: outcome === null ? 1 : outcome.filter(({ status }) => status === 'rejected').length / units,
  });
}

function entries(log: string): Entry[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [mark, id, step, pid = '', atMs] = line.split(' ');
      return { mark: mark === 'S' ? 'S' : 'E', activity: `${id} ${step}`, pid, atMs: Number(atMs) };
    });
}

function effects(log: string): Entry[] {
  return entries(log).filter(({ mark }) => mark === 'E');
}

function repeated(list: readonly Entry[]): number {
  return [...Map.groupBy(list, ({ activity }) => activity).values()].filter(({ length }) => length > 1)
    .length;
}

async function waitFor(condition: () => boolean, everyMs: number): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!condition() && performance.now() < deadline) await sleep(everyMs);
}
