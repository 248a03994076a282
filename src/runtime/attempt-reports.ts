/** What a worker tells the actor about one attempt: that it began, what it reports, how it ended. */
import type { ActivityOutcome, ActivityTask } from '#contracts/activity-task.ts';
import type { Envelope } from '#contracts/envelope.ts';
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
  /** The actor lives in this process: gives it a result that came at once. Tells whether a step took it. */
  give?: (envelope: Envelope) => Promise<boolean>;
};

/**
 * A result that took longer was worth more than a publish: it is stored at once, not first with the step that takes
 * it, so that a process that dies meanwhile does not lose it.
 */
const AT_ONCE_MS = 20;

export class AttemptReports {
  readonly #options: ReportsOptions;
  #reportedAtMs = -Infinity;
  #reports = 0;
  #usedIngress = false;
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
    this.#usedIngress = true;
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
    this.#usedIngress = true;
    this.#reportedAtMs = this.#options.clock.nowMs();
    this.#reports += 1;
    const about = this.#about(`progress-${this.#reports}`);
    await this.#options.ingress.send({ ...about, kind: 'activity-progress', details });
  }

  async ended(outcome: ActivityOutcome, durationMs: number): Promise<void> {
    if (outcome.status === 'failed') await this.flush();
    const { give, ingress } = this.#options;
    const result: Envelope = { ...this.#about('end'), kind: 'activity-result', outcome };
    // What went by the ingress must not be overtaken.
    const isQuick = durationMs < AT_ONCE_MS && !this.#usedIngress;
    if (isQuick && give && (await give(result))) return;
    await ingress.send(result);
  }

  #about(what: string) {
    const { task, deliveryCount } = this.#options;
    const { actor, childId, birth, attempt, life } = task;
    // Two runs of the same attempt, one of them in a process that stood still, must not silence each other; nor must
    // two lives of an actor.
    const run = `${birth}-${attempt}-${deliveryCount}-${what}${life === undefined ? '' : `~${life}`}`;
    const id = `${`${actor}/${childId}`.slice(0, 255 - run.length)}#${run}`;
    return aboutAttempt(task, id);
  }
}

/** What every envelope about an attempt says of it. */
export function aboutAttempt(
  {
    actor,
    childId,
    birth,
    attempt,
    life,
  }: Pick<ActivityTask, 'actor' | 'childId' | 'birth' | 'attempt' | 'life'>,
  id: string,
) {
  return { v: 1 as const, id, to: actor, childId, birth, attempt, ...(life === undefined ? {} : { life }) };
}
