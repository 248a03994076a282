/** What a worker tells the actor about one attempt: that it began, what it reports, how it ended. */
import type { ActivityOutcome, ActivityTask } from '#contracts/activity-task.ts';
import type { Json } from '#contracts/json.ts';
import type { Clock, Ingress } from './ports.ts';

/** Details of heartbeats are passed on no more often, in milliseconds: each is a step of the actor. */
const PROGRESS_MS_MIN = 1_000;

export type ReportsOptions = {
  task: ActivityTask;
  /** Of the task: the same attempt may run again after a worker died with it. */
  deliveryCount: number;
  ingress: Ingress;
  clock: Clock;
  onError: (error: unknown) => void;
};

export class AttemptReports {
  readonly #options: ReportsOptions;
  #reportedAtMs = -Infinity;
  #reports = 0;
  /** Newer than what was passed on. */
  #latest: { details: Json } | undefined;

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** A worker took it; with `asyncUntilMs`: its result comes by token. */
  async started(args: { startedAtMs: number; asyncUntilMs?: number }): Promise<void> {
    const { ingress } = this.#options;
    const what = args.asyncUntilMs === undefined ? 'started' : 'later';
    if (what === 'later') await this.flush();
    await ingress.send({ ...this.#about(what), kind: 'activity-started', ...args });
  }

  /** Passes details on, now or with a later call; never fails. */
  progress(details: Json): void {
    const { clock, onError } = this.#options;
    this.#latest = { details };
    if (clock.nowMs() - this.#reportedAtMs < PROGRESS_MS_MIN) return;
    this.flush().catch(onError);
  }

  /** Passes on the latest details, so that the next attempt has them. */
  async flush(): Promise<void> {
    if (this.#latest === undefined) return;
    const { details } = this.#latest;
    this.#latest = undefined;
    this.#reportedAtMs = this.#options.clock.nowMs();
    this.#reports += 1;
    const about = this.#about(`progress-${this.#reports}`);
    await this.#options.ingress.send({ ...about, kind: 'activity-progress', details });
  }

  async ended(outcome: ActivityOutcome): Promise<void> {
    if (outcome.status === 'failed') await this.flush();
    await this.#options.ingress.send({ ...this.#about('end'), kind: 'activity-result', outcome });
  }

  #about(what: string) {
    const { task, deliveryCount } = this.#options;
    const { actor, childId, birth, attempt } = task;
    // Two runs of the same attempt, one of them in a process that stood still, must not silence each other.
    const run = `${birth}-${attempt}-${deliveryCount}-${what}`;
    const id = `${`${actor}/${childId}`.slice(0, 255 - run.length)}#${run}`;
    return { v: 1 as const, id, to: actor, childId, birth, attempt };
  }
}
