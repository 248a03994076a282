/**
 * W4  Workflows that sleep an hour: how fast they start and fall asleep, what they cost, how fast all is back after
 *     kill -9 of the server and of the worker, and how fast others work beside them.
 *
 * `perSecond` is until all are asleep. `beside` is the throughput of W2 with `n` sleepers stored against that of a
 * second deployment with 1,000, measured in turns.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { closedLoop, percentiles, round, startMeter } from '../measure.ts';
import { residentMb } from '../process-usage.ts';
import type { Subject } from '../subject.ts';
import { freshTag, withSubject, type WorkloadRun } from './workload.ts';

const IN_FLIGHT = 100;
const FEW = 1_000;
const ROUNDS = 4;
const WORKFLOWS_PER_ROUND = 500;
const ASLEEP_TIMEOUT_MS = 300_000;
const SETTLE_MS = 5_000;
/** Restate takes minutes for more. */
const PEER_SLEEPERS_MAX = 20_000;

export async function sleepers(run: WorkloadRun, counts: readonly number[]): Promise<void> {
  for (const count of counts) {
    for (const name of run.subjects) {
      if (name === 'jetstream' || name === 'restate-xstate') continue;
      if (name === 'restate' && count > PEER_SLEEPERS_MAX) continue;
      await withSubject(run.subject(name), async (subject) => {
        const line = await startAndRestart(subject, count);
        const beside = name === 'windlass' ? await throughputBeside(run, { subject, count }) : {};
        run.print({ subject: name, inFlight: IN_FLIGHT, n: count, ...line, ...beside });
      });
    }
  }
}

async function fallAsleep(subject: Subject, count: number): Promise<{ durations: number[]; asleep: number }> {
  const tag = freshTag();
  const before = await subject.asleep();
  const { durations } = await closedLoop({
    units: count,
    inFlight: IN_FLIGHT,
    unit: (index) => subject.begin('sleeper', { id: `${tag}-${index}` }),
  });
  const deadline = performance.now() + ASLEEP_TIMEOUT_MS;
  let asleep = 0;
  while (asleep < count && performance.now() < deadline) {
    asleep = (await subject.asleep()) - before;
    if (asleep < count) await sleep(count > FEW ? 100 : 10);
  }
  return { durations, asleep };
}

async function startAndRestart(subject: Subject, count: number): Promise<Record<string, unknown>> {
  await subject.step?.(0);
  const idle = memory(subject);
  const diskBefore = subject.diskBytes();
  const stop = startMeter(subject);
  const { durations, asleep } = await fallAsleep(subject, count);
  const used = stop();
  await sleep(SETTLE_MS);
  const settled = memory(subject);
  const bytes = subject.diskBytes() - diskBefore;
  const server = await timeUntilAnswer(subject, () => subject.restartServer());
  const worker = await timeUntilAnswer(subject, async () => {
    await subject.killWorker();
    await subject.startWorker();
  });
  await sleep(SETTLE_MS);
  return {
    ...percentiles(durations),
    perSecond: round(count / used.seconds, 1),
    asleep,
    cpuMsPerUnit: { server: round(used.serverCpuMs / count), worker: round(used.workerCpuMs / count) },
    rssMb: settled,
    idleRssMb: idle,
    restartedRssMb: memory(subject),
    diskBytesPerUnit: Math.round(bytes / count),
    restartMs: { server, worker },
    foreignCores: used.foreignCores,
  };
}

/** The same work in turns: beside `count` sleepers, and beside 1,000 in a deployment of their own. */
async function throughputBeside(
  run: WorkloadRun,
  { subject, count }: { subject: Subject; count: number },
): Promise<Record<string, unknown>> {
  const result = { many: [] as number[], few: [] as number[] };
  await withSubject(run.subject(subject.name), async (small) => {
    await fallAsleep(small, Math.min(FEW, count));
    const units = run.units ?? WORKFLOWS_PER_ROUND;
    // The first round warms both up.
    for (let round_ = 0; round_ <= ROUNDS; round_ += 1) {
      for (const [name, one] of [['many', subject] as const, ['few', small] as const]) {
        const tag = freshTag();
        const startedAt = performance.now();
        await closedLoop({
          units,
          inFlight: IN_FLIGHT,
          unit: (index) => one.run('short', { id: `${tag}-${index}` }),
        });
        if (round_ > 0) result[name].push((units * 1_000) / (performance.now() - startedAt));
      }
    }
  });
  const mean = (values: readonly number[]): number =>
    round(values.reduce((sum, value) => sum + value, 0) / values.length, 1);
  const [many, few] = [mean(result.many), mean(result.few)];
  return {
    beside: { perSecond: many, perSecondWithFew: few, few: Math.min(FEW, count), share: round(many / few) },
    afterWorkRssMb: memory(subject),
  };
}

async function timeUntilAnswer(subject: Subject, restart: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await restart();
  while (subject.step) {
    try {
      await subject.step(1);
      break;
    } catch {
      await sleep(25);
    }
  }
  return Math.round(performance.now() - startedAt);
}

function memory(subject: Subject): { server: number; worker: number } {
  const { server, worker } = subject.processes();
  return { server: residentMb(server), worker: residentMb(worker) };
}
