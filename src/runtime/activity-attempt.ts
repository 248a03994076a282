/**
 * One attempt of an activity in this worker: its input made whole, its code run, its output made fit to travel.
 *
 * T1 Once the signal fired, what the code returns or throws is ignored; it may still clean up for a while.
 * T2 After that time the attempt is over, whether its code goes on or not.
 * T3 The input is whole before the code runs, and a large output is stored before anyone hears of it.
 */
import { createHash } from 'node:crypto';
import { encodeActivityToken } from '#contracts/activity-token.ts';
import type { ActivityOutcome, ActivityTask } from '#contracts/activity-task.ts';
import { Json } from '#contracts/json.ts';
import { INLINE_BYTES_MAX } from '#contracts/large-payload.ts';
import { ActivityFailed, type Activity, type ActivityContext } from './activity.ts';
import {
  AttemptStopped,
  failed,
  failureOf,
  inputNotRead,
  notJson,
  outputTooLarge,
} from './activity-failures.ts';
import type { DropReason } from './awaited-task.ts';
import type { Watchdog, WatchedAttempt } from './activity-watchdog.ts';
import {
  isLargePayload,
  loadPayload,
  PayloadError,
  resolvePayloads,
  storePayload,
} from './large-payloads.ts';
import type { Blobs, Clock } from './ports.ts';

/** How long code may clean up after its signal fired, unless the activity's options say otherwise. */
export const CANCEL_GRACE_MS = 5_000;

export type AttemptOptions = {
  task: ActivityTask;
  clock: Clock;
  blobs: Blobs;
  watchdog: Watchdog;
  /** A sign of life of the code, with or without details. */
  onHeartbeat: (details: Json | undefined) => void;
  /** The code goes on although its time to clean up is over. */
  onStillRunning: (graceMs: number) => void;
};

/** How an attempt ended here. */
export type AttemptEnd =
  | { kind: 'outcome'; outcome: ActivityOutcome }
  /** Its result comes by token. */
  | { kind: 'later'; asyncUntilMs: number }
  | { kind: 'stopped'; why: AttemptStopped['why'] | DropReason };

type CodeEnd = { kind: 'returned'; output: unknown } | { kind: 'threw'; error: unknown };

export class Attempt {
  readonly task: ActivityTask;
  /** When its code was started. */
  startedAtMs: number;
  readonly #options: AttemptOptions;
  readonly #end = Promise.withResolvers<CodeEnd | null>();
  /** Made for code that asks for it: most does not, and it costs as much as the rest of a quick attempt. */
  #abort: AbortController | undefined;
  #fired: { reason: unknown } | undefined;
  #isLater = false;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.task = options.task;
    this.startedAtMs = options.clock.nowMs();
  }

  /** Fires when the attempt is to end early. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#fired) this.#abort.abort(this.#fired.reason);
    }
    return this.#abort.signal;
  }

  /** Why it ends early; undefined while it may go on. */
  get fired(): { reason: unknown } | undefined {
    return this.#fired;
  }

  /** Ends it early. */
  stop(why: AttemptStopped['why']): void {
    this.#fire(new AttemptStopped(why));
  }

  #fire(reason: unknown): void {
    if (this.#fired) return;
    this.#fired = { reason };
    this.#abort?.abort(reason);
    this.#end.resolve(null);
  }

  async run(activity: Activity): Promise<AttemptEnd> {
    const { clock, watchdog } = this.#options;
    this.startedAtMs = clock.nowMs();
    const watched = watchdog.watch(this.task, (reason) => this.#fire(reason));
    const code = this.#perform(activity, watched).then(
      (output): CodeEnd => ({ kind: 'returned', output }),
      (error: unknown): CodeEnd => ({ kind: 'threw', error }),
    );
    void code.then(this.#end.resolve);
    const end = await this.#end.promise;
    watched.release();
    if (this.#fired) {
      if (end === null) await this.#cleanUp(code);
      return this.#endOfSignal(this.#fired.reason);
    }
    if (end === null || end.kind === 'threw') return outcome(failed(failureOf(end?.error, this.task)));
    if (this.#isLater) return { kind: 'later', asyncUntilMs: this.#asyncUntilMs() };
    return outcome(await this.#outcomeOf(end.output));
  }

  /** A deferred result may be given until then, in epoch milliseconds. */
  #asyncUntilMs(): number {
    return Math.min(this.startedAtMs + this.task.startToCloseMs, this.task.deadlineAtMs);
  }

  async #perform(activity: Activity, watched: WatchedAttempt): Promise<unknown> {
    const input = await this.#wholeInput();
    if (this.#fired) throw this.#fired.reason;
    return activity(input as never, this.#context(watched));
  }

  async #wholeInput(): Promise<Json | undefined> {
    const { task, blobs } = this.#options;
    if (task.input === undefined) return undefined;
    try {
      return await resolvePayloads(blobs, task.input);
    } catch (error) {
      throw error instanceof PayloadError ? error : new ActivityFailed(inputNotRead(error), { cause: error });
    }
  }

  async #outcomeOf(output: unknown): Promise<ActivityOutcome> {
    if (output === undefined) return { status: 'succeeded' };
    const json = Json.safeParse(output);
    if (!json.success) return failed(notJson(json.error.message));
    const { task, blobs } = this.#options;
    try {
      if (task.largeOutput === true && !isLargePayload(json.data))
        return { status: 'succeeded', output: await storePayload(blobs, json.data) };
    } catch (error) {
      return failed(failureOf(error, task));
    }
    const sizeBytes = Buffer.byteLength(JSON.stringify(json.data));
    if (sizeBytes > INLINE_BYTES_MAX) return failed(outputTooLarge(task.name, sizeBytes));
    return { status: 'succeeded', output: json.data };
  }

  async #cleanUp(code: Promise<CodeEnd>): Promise<void> {
    const { clock, task, onStillRunning } = this.#options;
    const graceMs = task.cancelGraceMs ?? CANCEL_GRACE_MS;
    const ended = new AbortController();
    const settled = code.then(() => true);
    const isOver = await Promise.race([settled, clock.sleep(graceMs, ended.signal).then(() => false)]);
    ended.abort('over');
    if (!isOver) onStillRunning(graceMs);
  }

  #endOfSignal(reason: unknown): AttemptEnd {
    if (reason instanceof AttemptStopped) return { kind: 'stopped', why: reason.why };
    return outcome(failed(failureOf(reason, this.task)));
  }

  #context(watched: WatchedAttempt): ActivityContext {
    const { task, blobs, onHeartbeat } = this.#options;
    const signalOf = (): AbortSignal => this.signal;
    return {
      get idempotencyKey() {
        return idempotencyKeyOf(task);
      },
      attempt: task.attempt,
      get signal() {
        return signalOf();
      },
      lastHeartbeat: task.lastHeartbeat,
      deadlineMs: task.deadlineAtMs,
      heartbeat: (details) => {
        watched.beat();
        onHeartbeat(details);
      },
      completeLater: () => {
        this.#isLater = true;
        const { actor, childId, birth, attempt, life, largeOutput } = task;
        const optional = {
          ...(life === undefined ? {} : { life }),
          ...(largeOutput === undefined ? {} : { largeOutput }),
        };
        return encodeActivityToken({ v: 1, actor, childId, birth, attempt, ...optional });
      },
      blobs: {
        put: (value) => storePayload(blobs, value),
        get: (reference) => loadPayload(blobs, reference),
      },
    };
  }
}

function outcome(of: ActivityOutcome): AttemptEnd {
  return { kind: 'outcome', outcome: of };
}

/** Stable over attempts and crashes: from the actor, its life, and the birth of the activity. */
export function idempotencyKeyOf({
  actor,
  childId,
  birth,
  life,
}: Pick<ActivityTask, 'actor' | 'childId' | 'birth' | 'life'>): string {
  const named = `${actor}/${childId}#${birth}${life === undefined ? '' : `~${life}`}`;
  const digest = createHash('sha256').update(named).digest('hex');
  return `windlass-${digest.slice(0, 31)}`;
}
