/** The workers of a machine test: they answer attempts as scripted, and remember what they were asked. */
import type { ActivityOutcome, ActivityTask } from '#contracts/activity-task.ts';
import type { Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Failure } from '#contracts/failure.ts';
import type { Json } from '#contracts/json.ts';
import { INLINE_BYTES_MAX, type LargePayload } from '#contracts/large-payload.ts';
import { outputTooLarge } from '#runtime/activity-failures.ts';
import { isLargePayload, loadPayload, resolvePayloads, storePayload } from '#runtime/large-payloads.ts';
import type { Blobs } from '#runtime/ports.ts';
import type { InlineActivity } from '#runtime/kernel/kernel.ts';
import { returns, type ActivityScript, type Scripted } from './activity-script.ts';

/** One attempt; open while it runs. */
export type Pending = { task: ActivityTask; open: boolean };

type Result = Extract<Envelope, { kind: 'activity-result' }>;

/** Posts an envelope after some virtual time. */
type Post = (delayMs: number, envelope: Omit<Result, 'v' | 'id'>) => void;

export class ScriptedActivities {
  readonly tasks: ActivityTask[] = [];
  /** What the code of each task got: references in it are resolved. */
  readonly #inputs = new Map<ActivityTask, Json | undefined>();
  readonly #blobs = new Map<string, Uint8Array>();
  readonly pending: Pending[] = [];
  readonly cancelled: ActivityTask[] = [];
  readonly #scripts: Readonly<Record<string, ActivityScript>>;
  readonly #post: Post;
  readonly #asked = new Map<string, number>();

  constructor(scripts: Readonly<Record<string, ActivityScript>>, post: Post) {
    this.#scripts = scripts;
    this.#post = post;
  }

  /** Of one activity, one for each attempt. */
  inputs(name: string): (Json | undefined)[] {
    return this.tasks.filter((task) => task.name === name).map((task) => this.#inputs.get(task));
  }

  async run(task: ActivityTask, inline: ReadonlyMap<string, InlineActivity>): Promise<void> {
    this.tasks.push(task);
    const pending: Pending = { task, open: true };
    this.pending.push(pending);
    const input = task.input === undefined ? undefined : await resolvePayloads(this.#store, task.input);
    this.#inputs.set(task, input);
    const answer = await this.#answerOf({ ...task, ...(input === undefined ? {} : { input }) }, inline);
    if (answer.kind !== 'hangs') await this.endAttempt(pending, answer);
  }

  get #store(): Blobs {
    return {
      put: async (name, content) => void this.#blobs.set(name, content),
      get: async (name) => this.#blobs.get(name) ?? null,
    };
  }

  async #answerOf(task: ActivityTask, inline: ReadonlyMap<string, InlineActivity>): Promise<Scripted> {
    const script = this.#scripts[task.name];
    if (typeof script === 'function') return script(task.input as never, task);
    if (script !== undefined && 'kind' in script) return script;
    if (script !== undefined) return this.#nextAnswer(task.name, script);
    const code = inline.get(task.name.slice(task.name.indexOf('.') + 1));
    if (code === undefined) {
      throw new Error(
        `Activity '${task.name}' was called without a script. Add it to given(…, { activities }).`,
      );
    }
    try {
      return returns(await code({ input: task.input, signal: new AbortController().signal }));
    } catch (error) {
      return { kind: 'fails', failure: uncaught(error), afterMs: 0 };
    }
  }

  #nextAnswer(name: string, script: readonly Scripted[]): Scripted {
    const asked = this.#asked.get(name) ?? 0;
    this.#asked.set(name, asked + 1);
    const answer = script[asked];
    if (answer !== undefined) return answer;
    throw new Error(
      `Activity '${name}' was called ${asked + 1} times; its script has ${script.length} answers.`,
    );
  }

  /** Ends one attempt; what it returns goes through JSON, or by reference, as in a worker. */
  async endAttempt({ task }: Pending, answer: Exclude<Scripted, { kind: 'hangs' }>): Promise<void> {
    const { actor: to, childId, birth, attempt } = task;
    const outcome: ActivityOutcome =
      answer.kind === 'fails'
        ? { status: 'failed', failure: answer.failure }
        : await this.#outcomeOf(task, answer.value);
    this.#post(answer.afterMs, { to, kind: 'activity-result', childId, birth, attempt, outcome });
  }

  async #outcomeOf(task: ActivityTask, value: unknown): Promise<ActivityOutcome> {
    if (value === undefined) return { status: 'succeeded' };
    const json = asJson(value);
    if (task.largeOutput === true && !isLargePayload(json))
      return { status: 'succeeded', output: await storePayload(this.#store, json) };
    const sizeBytes = Buffer.byteLength(JSON.stringify(json));
    if (sizeBytes > INLINE_BYTES_MAX)
      return { status: 'failed', failure: outputTooLarge(task.name, sizeBytes) };
    return { status: 'succeeded', output: json };
  }

  /** The value behind a reference. @throws PayloadError when no activity of the test made it */
  payload(reference: LargePayload): Promise<Json> {
    return loadPayload(this.#store, reference);
  }

  /** The oldest attempt of an activity that runs. */
  running(name: string): Pending {
    const pending = this.pending.find(({ task, open }) => open && task.name === name);
    if (pending === undefined) throw new Error(`No attempt of '${name}' is running.`);
    return pending;
  }

  /** Its result has arrived. */
  close({ to, childId, birth, attempt }: Result): void {
    for (const pending of this.pending) {
      const { task } = pending;
      if (task.actor !== to || task.childId !== childId) continue;
      if (task.birth === birth && task.attempt === attempt) pending.open = false;
    }
  }

  cancel({ actor, childId, birth }: { actor: Address; childId: string; birth: number }): void {
    for (const pending of this.pending) {
      const { task } = pending;
      if (!pending.open || task.actor !== actor || task.childId !== childId || task.birth !== birth) continue;
      pending.open = false;
      this.cancelled.push(task);
    }
  }
}

/** A value as the other side of the bus gets it. */
export function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function uncaught(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'ACTIVITY_THREW', message, kind: 'unknown-outcome' };
}
