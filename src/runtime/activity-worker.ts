/**
 * Runs attempts of activities and reports what came of them.
 *
 * W1 An attempt is acknowledged only after its result is stored in the actor's ingress: a worker that dies in
 *    between makes the attempt run again, with the same idempotency key.
 * W2 Whatever an activity throws becomes a Failure; nothing it does can stop the worker.
 * W3 An attempt ends with its start-to-close time, a missed heartbeat, its cancellation or the worker's drain:
 *    the signal fires, and what the code does afterwards is ignored.
 */
import { createHash } from 'node:crypto';
import type { ActivityOutcome, ActivityTask } from '#contracts/activity-task.ts';
import type { Address } from '#contracts/address.ts';
import type { Failure } from '#contracts/failure.ts';
import { Json } from '#contracts/json.ts';
import { ActivityFailed, type Activity, type ActivityCatalog, type ActivityContext } from './activity.ts';
import type { InlineActivity } from './kernel/kernel.ts';
import type { ActivityQueues, Clock, Ingress, Subscription } from './ports.ts';
import type { RuntimeEvents } from './runtime-events.ts';

const PROGRESS_MS_MIN = 1_000;

export type ActivityWorkerOptions = {
  queues: readonly { queue: string; concurrency: number }[];
  catalog: ActivityCatalog;
  inline: ReadonlyMap<string, InlineActivity>;
  activityQueues: ActivityQueues;
  ingress: Ingress;
  clock: Clock;
  events: RuntimeEvents;
};

type Attempt = { actor: Address; childId: string; birth: number; abort: AbortController };

export class ActivityWorker {
  readonly #options: ActivityWorkerOptions;
  readonly #attempts = new Set<Attempt>();
  #subscriptions: Subscription[] = [];

  constructor(options: ActivityWorkerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { activityQueues, queues } = this.#options;
    this.#subscriptions = await Promise.all([
      activityQueues.onCancel((cancel) => this.#cancel(cancel)),
      ...queues.map((queue) => activityQueues.consume(queue, (task) => this.#handle(task))),
    ]);
  }

  /** Takes nothing more and waits up to `graceMs` for attempts in flight; the rest runs again elsewhere. */
  async drain(graceMs: number): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
    const deadline = this.#options.clock.nowMs() + graceMs;
    while (this.#attempts.size > 0 && this.#options.clock.nowMs() < deadline)
      await this.#options.clock.sleep(20);
    for (const attempt of this.#attempts) attempt.abort.abort(new Error('The worker is shutting down.'));
  }

  #cancel(cancel: { actor: Address; childId: string; birth: number }): void {
    for (const attempt of this.#attempts) {
      const same = attempt.actor === cancel.actor && attempt.childId === cancel.childId;
      if (same && attempt.birth === cancel.birth)
        attempt.abort.abort(new Error('The activity was cancelled.'));
    }
  }

  async #handle(task: ActivityTask): Promise<void> {
    const startedAtMs = this.#options.clock.nowMs();
    const outcome = await this.#attempt(task);
    await this.#options.ingress.send({
      v: 1,
      kind: 'activity-result',
      id: `${task.actor}/${task.childId}#${task.birth}-${task.attempt}`.slice(0, 256),
      to: task.actor,
      childId: task.childId,
      birth: task.birth,
      attempt: task.attempt,
      outcome,
    });
    this.#options.events.attemptEnded({
      task,
      durationMs: this.#options.clock.nowMs() - startedAtMs,
      ...(outcome.status === 'failed' ? { failure: outcome.failure } : {}),
    });
  }

  async #attempt(task: ActivityTask): Promise<ActivityOutcome> {
    const activity = this.#find(task.name);
    if (!activity) return failed(unknownActivity(task.name));
    const abort = new AbortController();
    const attempt: Attempt = { actor: task.actor, childId: task.childId, birth: task.birth, abort };
    this.#attempts.add(attempt);
    const watchdog = new Watchdog({ task, clock: this.#options.clock, abort });
    try {
      const context = this.#contextOf(task, { signal: abort.signal, onHeartbeat: () => watchdog.beat() });
      const output = await Promise.race([activity(task.input as never, context), watchdog.expired]);
      return succeeded(output);
    } catch (error) {
      return failed(failureOf(error, task));
    } finally {
      watchdog.stop();
      this.#attempts.delete(attempt);
    }
  }

  #find(name: string): Activity | undefined {
    const named = this.#options.catalog[name];
    if (named) return named;
    const inline = this.#options.inline.get(name);
    return inline && ((input: Json, context) => inline({ input, signal: context.signal }));
  }

  #contextOf(task: ActivityTask, args: { signal: AbortSignal; onHeartbeat: () => void }): ActivityContext {
    let reportedAtMs = -Infinity;
    let reports = 0;
    return {
      idempotencyKey: idempotencyKeyOf(task),
      attempt: task.attempt,
      signal: args.signal,
      lastHeartbeat: task.lastHeartbeat,
      deadlineMs: task.deadlineAtMs,
      heartbeat: (details) => {
        args.onHeartbeat();
        const nowMs = this.#options.clock.nowMs();
        if (details === undefined || nowMs - reportedAtMs < PROGRESS_MS_MIN) return;
        reportedAtMs = nowMs;
        reports += 1;
        void this.#report(task, { details, report: reports });
      },
    };
  }

  async #report(task: ActivityTask, args: { details: Json; report: number }): Promise<void> {
    await this.#options.ingress
      .send({
        v: 1,
        kind: 'activity-progress',
        id: `${task.actor}/${task.childId}#${task.birth}-${task.attempt}-progress-${args.report}`.slice(
          0,
          256,
        ),
        to: task.actor,
        childId: task.childId,
        birth: task.birth,
        attempt: task.attempt,
        details: args.details,
      })
      .catch((error: unknown) => this.#options.events.failed({ address: task.actor, error }));
  }
}

/** Ends an attempt that takes too long or stopped beating. */
class Watchdog {
  readonly expired: Promise<never>;
  readonly #options: { task: ActivityTask; clock: Clock; abort: AbortController };
  readonly #stop = new AbortController();
  #beatAtMs: number;

  constructor(options: { task: ActivityTask; clock: Clock; abort: AbortController }) {
    this.#options = options;
    this.#beatAtMs = options.clock.nowMs();
    this.expired = new Promise((_, reject) => {
      options.abort.signal.addEventListener('abort', () => reject(options.abort.signal.reason as Error), {
        once: true,
      });
    });
    // The race may be over already when it rejects.
    this.expired.catch(() => undefined);
    void this.#watch();
  }

  beat(): void {
    this.#beatAtMs = this.#options.clock.nowMs();
  }

  stop(): void {
    this.#stop.abort();
  }

  async #watch(): Promise<void> {
    const { task, clock, abort } = this.#options;
    const endMs = Math.min(
      clock.nowMs() + task.startToCloseMs,
      Math.max(task.deadlineAtMs, clock.nowMs() + 1_000),
    );
    while (!this.#stop.signal.aborted && !abort.signal.aborted) {
      const nowMs = clock.nowMs();
      const silentAtMs = task.heartbeatMs > 0 ? this.#beatAtMs + task.heartbeatMs : Infinity;
      if (nowMs >= endMs) return abort.abort(timeout('ACTIVITY_START_TO_CLOSE_TIMEOUT', 'took too long'));
      if (nowMs >= silentAtMs) return abort.abort(timeout('ACTIVITY_HEARTBEAT_TIMEOUT', 'stopped reporting'));
      await clock.sleep(Math.min(endMs, silentAtMs) - nowMs, this.#stop.signal);
    }
  }
}

function timeout(code: string, what: string): ActivityFailed {
  return new ActivityFailed({
    code,
    message: `The attempt ${what} and was given up; it may still have had its effect.`,
    kind: 'unknown-outcome',
  });
}

/** Stable over attempts and crashes: from the actor and the birth of the activity. */
export function idempotencyKeyOf(task: Pick<ActivityTask, 'actor' | 'childId' | 'birth'>): string {
  const digest = createHash('sha256').update(`${task.actor}/${task.childId}#${task.birth}`).digest('hex');
  return `windlass-${digest.slice(0, 31)}`;
}

function succeeded(output: unknown): ActivityOutcome {
  if (output === undefined) return { status: 'succeeded' };
  const json = Json.safeParse(output);
  if (json.success) return { status: 'succeeded', output: json.data };
  return failed({
    code: 'ACTIVITY_OUTPUT_INVALID',
    message: `The activity returned something that is not JSON: ${json.error.message}. Return plain data.`,
    kind: 'terminal',
  });
}

function failed(failure: Failure): ActivityOutcome {
  return { status: 'failed', failure: { ...failure, message: failure.message.slice(0, 4096) } };
}

function failureOf(error: unknown, task: ActivityTask): Failure {
  if (error instanceof ActivityFailed) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'ACTIVITY_THREW',
    message: `Activity '${task.name}' threw: ${message}`,
    kind: 'unknown-outcome',
  };
}

/** Another replica may have it: a rollout in progress. So it is tried again. */
function unknownActivity(name: string): Failure {
  return {
    code: 'ACTIVITY_UNKNOWN',
    message: `No activity '${name}' runs in this worker. Register it, or wait for the rollout to end.`,
    kind: 'transient',
  };
}
