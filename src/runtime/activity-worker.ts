/**
 * Runs attempts of activities and reports what came of them.
 *
 * W1 An attempt is acknowledged only after its result is stored in the actor's ingress: a worker that dies in
 *    between makes the attempt run again, with the same idempotency key and the latest details of its heartbeats.
 * W2 Whatever an activity throws becomes a Failure; nothing it does can stop the worker.
 * W3 An attempt ends with its start-to-close time, a missed heartbeat, its cancellation or the worker's drain: the
 *    signal fires, the code may clean up, and what it does afterwards is ignored. Its slot is held until then.
 * W4 An attempt that the worker only believes to have, because it stood still, counts when it succeeded, and else not.
 * W5 Waiting for the rate of a queue is no part of an attempt: no time of it passes, and the attempt is not used up.
 * W6 What nobody waits for is not begun: a task past its time, one that was cancelled, one whose attempt is over. A task
 *    taken within a second of its dispatch is begun without asking.
 */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { Address } from '#contracts/address.ts';
import type { Json } from '#contracts/json.ts';
import type { Activity, ActivityCatalog, ActivityContext } from './activity.ts';
import { Attempt, CANCEL_GRACE_MS, type AttemptEnd } from './activity-attempt.ts';
import { failed, unknownActivity } from './activity-failures.ts';
import { Watchdog } from './activity-watchdog.ts';
import { awaitedTask, WAITED_MS } from './awaited-task.ts';
import { AttemptReports } from './attempt-reports.ts';
import type { InlineActivity } from './kernel/kernel.ts';
import { RunningAttempts } from './running-attempts.ts';
import type { GiveResult, NearSlot, NearWorker } from './near-tasks.ts';
import type {
  ActivityQueues,
  Blobs,
  Clock,
  Ingress,
  RateLimits,
  Subscription,
  TaskDelivery,
  Views,
} from './ports.ts';
import type { RuntimeEvents } from './runtime-events.ts';

const RATE_RETRY_MS = 500;

/** A queue that a worker serves. All replicas name the same limits: they count over all of them. */
export type QueueLimits = {
  queue: string;
  /** Attempts that run, or wait for the rate, at once. */
  concurrency: number;
  /**
   * Tasks of actors that this node owns run here at once, without passing through the queue. `concurrency` then counts
   * in each node, twice: for these and for what comes from the queue. Default false.
   */
  near?: boolean;
  /** Attempts that begin each second; absent: without limit. */
  perSecond?: number;
  /** Attempts that may begin at once after a quiet time. Default 1. */
  burst?: number;
};

export type ActivityWorkerOptions = {
  queues: readonly QueueLimits[];
  catalog: ActivityCatalog;
  inline: ReadonlyMap<string, InlineActivity>;
  activityQueues: ActivityQueues;
  ingress: Ingress;
  rateLimits: RateLimits;
  views: Pick<Views, 'read'>;
  blobs: Blobs;
  clock: Clock;
  events: RuntimeEvents;
};

/** One delivery of a task, and everything that belongs to it. */
type Run = {
  limits: QueueLimits;
  task: ActivityTask;
  delivery: TaskDelivery;
  attempt: Attempt;
  reports: AttemptReports;
};

type Handling = { task: ActivityTask; delivery: TaskDelivery; give?: GiveResult };

export class ActivityWorker implements NearWorker {
  readonly #options: ActivityWorkerOptions;
  readonly #attempts = new RunningAttempts();
  readonly #watchdog: Watchdog;
  readonly #near = new Map<string, number>();
  #subscriptions: Subscription[] = [];
  #draining = false;

  constructor(options: ActivityWorkerOptions) {
    this.#options = options;
    this.#watchdog = new Watchdog(options.clock);
  }

  async start(): Promise<void> {
    const { activityQueues, queues } = this.#options;
    this.#subscriptions = await Promise.all([
      activityQueues.onCancel((cancel) => this.#cancel(cancel)),
      ...queues.map((limits) =>
        activityQueues.consume(limits, (task, delivery) => this.#handle(limits, { task, delivery })),
      ),
    ]);
  }

  /**
   * Takes nothing more and waits up to `graceMs` for attempts in flight. What still runs then is stopped, may clean up,
   * and runs again elsewhere.
   */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
    await this.#untilIdle(graceMs);
    const left = this.#attempts.all();
    const cleanUpMs = left.map(({ task }) => task.cancelGraceMs ?? CANCEL_GRACE_MS);
    for (const attempt of left) attempt.stop('draining');
    // A little longer than the code may take: what comes of it still has to be reported.
    await this.#untilIdle(Math.max(0, ...cleanUpMs) + 1_000);
    this.#watchdog.close();
  }

  reserve(task: ActivityTask): NearSlot | null {
    const limits = this.#options.queues.find(({ queue, near }) => near === true && queue === task.queue);
    const used = this.#near.get(task.queue) ?? 0;
    if (!limits || this.#draining || used >= limits.concurrency) return null;
    this.#near.set(task.queue, used + 1);
    const free = (): void => void this.#near.set(task.queue, (this.#near.get(task.queue) ?? 1) - 1);
    return {
      cancel: free,
      run: ({ deliveryCount, give }) =>
        this.#handle(limits, { task, delivery: { deliveryCount, isLent: () => true }, give }).finally(free),
    };
  }

  isRunning(task: ActivityTask): boolean {
    return [...this.#attempts.of(task.actor)].some((attempt) => isSameAttempt(attempt.task, task));
  }

  async isAwaited(task: ActivityTask): Promise<boolean> {
    const delivery = { deliveryCount: 2, isLent: () => true };
    return 'task' in (await awaitedTask({ ...this.#options, task, delivery }));
  }

  async #untilIdle(limitMs: number): Promise<void> {
    const { clock } = this.#options;
    const deadlineMs = clock.nowMs() + limitMs;
    while (this.#attempts.count > 0 && clock.nowMs() < deadlineMs) await clock.sleep(20);
  }

  #cancel(cancel: { actor: Address; childId: string; birth: number }): void {
    for (const attempt of this.#attempts.of(cancel.actor)) {
      const { childId, birth } = attempt.task;
      if (childId === cancel.childId && birth === cancel.birth) attempt.stop('cancelled');
    }
  }

  async #handle(limits: QueueLimits, args: Handling): Promise<void> {
    const { events, views, clock } = this.#options;
    const { task, delivery } = args;
    const awaited = await awaitedTask({ task, delivery, views, clock });
    if ('dropped' in awaited) return events.attemptDropped({ task, reason: awaited.dropped });
    // A later delivery may have overtaken this one, and must not be stopped by it: nobody would be left.
    if (!delivery.isLent()) return events.attemptDropped({ task, reason: 'replaced' });
    const run = this.#runOf(limits, { ...args, task: awaited.task });
    this.#stopEarlier(run.attempt);
    this.#attempts.add(run.attempt);
    try {
      await this.#report(run, await this.#perform(run));
    } finally {
      this.#attempts.delete(run.attempt);
    }
  }

  #runOf(limits: QueueLimits, { task, delivery, give }: Handling): Run {
    const { clock, blobs, ingress, events } = this.#options;
    const reports = new AttemptReports({
      task,
      deliveryCount: delivery.deliveryCount,
      ingress,
      clock,
      ...(give ? { give } : {}),
      onError: (error) => events.failed({ address: task.actor, error }),
    });
    const attempt = new Attempt({
      task,
      clock,
      blobs,
      watchdog: this.#watchdog,
      onHeartbeat: (details: Json | undefined) => {
        if (!delivery.isLent()) attempt.stop('replaced');
        else if (details !== undefined) reports.progress(details);
      },
      onStillRunning: (graceMs) => events.attemptStillRunning({ task, graceMs }),
    });
    return { limits, task, delivery, attempt, reports };
  }

  /** The same attempt again in this process: it stood still, and the task came back to it. */
  #stopEarlier({ task }: Attempt): void {
    for (const other of this.#attempts.of(task.actor)) {
      if (isSameAttempt(other.task, task)) other.stop('replaced');
    }
  }

  async #perform(run: Run): Promise<AttemptEnd> {
    const { clock, events } = this.#options;
    const { task, attempt, delivery } = run;
    const activity = this.#find(task.name);
    if (!activity) return { kind: 'outcome', outcome: failed(unknownActivity(task.name)) };
    const waitedMs = await this.#admitted(run);
    if (attempt.fired) return attempt.run(activity);
    if (waitedMs >= WAITED_MS && !(await this.isAwaited(task)))
      return { kind: 'stopped', why: 'not-awaited' };
    const nowMs = clock.nowMs();
    if (nowMs >= task.deadlineAtMs || nowMs >= (task.startByMs ?? Infinity))
      return { kind: 'stopped', why: 'past-its-time' };
    if (task.startByMs !== undefined) await run.reports.started({ startedAtMs: nowMs });
    events.attemptStarted({ task, deliveryCount: delivery.deliveryCount, waitedMs });
    return attempt.run(activity);
  }

  /** Waits until the queue's rate allows one more attempt, or nobody wants it; returns how long that was. */
  async #admitted({ limits, attempt }: Run): Promise<number> {
    const { perSecond, burst = 1, queue } = limits;
    if (perSecond === undefined) return 0;
    const { clock, rateLimits, events } = this.#options;
    const { signal } = attempt;
    const sinceMs = clock.nowMs();
    while (!signal.aborted) {
      try {
        await rateLimits.acquire(rateKey(queue), { rate: { perSecond, burst }, signal });
        break;
      } catch (error) {
        if (signal.aborted) break;
        events.failed({ address: attempt.task.actor, error });
        await clock.sleep(RATE_RETRY_MS, signal);
      }
    }
    return clock.nowMs() - sinceMs;
  }

  async #report(run: Run, end: AttemptEnd): Promise<void> {
    const { events, clock } = this.#options;
    const { task, attempt, delivery, reports } = run;
    const { startedAtMs } = attempt;
    if (end.kind === 'later') {
      const { asyncUntilMs } = end;
      await reports.started({ startedAtMs, asyncUntilMs });
      return events.attemptDeferred({ task, asyncUntilMs });
    }
    if (end.kind === 'stopped') {
      events.attemptDropped({ task, reason: end.why });
      if (end.why === 'draining') throw attempt.fired?.reason;
      return;
    }
    const { outcome } = end;
    if (outcome.status === 'failed' && !delivery.isLent())
      return events.attemptDropped({ task, reason: 'replaced' });
    await reports.ended(outcome, clock.nowMs() - startedAtMs);
    if (outcome.status === 'failed') await this.#slowDown(run, outcome.failure.kind);
    events.attemptEnded({
      task,
      durationMs: clock.nowMs() - startedAtMs,
      ...(outcome.status === 'failed' ? { failure: outcome.failure } : {}),
    });
  }

  /** The other side says that it is too much: the whole queue goes slower for a while. */
  async #slowDown({ limits }: Run, kind: string): Promise<void> {
    if (kind !== 'throttle' || limits.perSecond === undefined) return;
    await this.#options.rateLimits.throttled(rateKey(limits.queue)).catch(() => undefined);
  }

  #find(name: string): Activity | undefined {
    const named = this.#options.catalog[name];
    if (named) return named;
    const inline = this.#options.inline.get(name);
    return inline && ((input: Json, context) => inline(withInput(context, input)));
  }
}

/** What costs something stays made for who asks for it. */
function withInput(context: ActivityContext, input: Json): Parameters<InlineActivity>[0] {
  return {
    input,
    get idempotencyKey() {
      return context.idempotencyKey;
    },
    get signal() {
      return context.signal;
    },
  };
}

/** @param one and `other` are of the same actor */
function isSameAttempt(one: ActivityTask, other: ActivityTask): boolean {
  return one.childId === other.childId && one.birth === other.birth && one.attempt === other.attempt;
}

function rateKey(queue: string): string {
  return `queue_${queue}`;
}
