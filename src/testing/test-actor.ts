/**
 * Tests a durable actor in process: no NATS, no worker, and time that passes when the test says so.
 *
 * ```ts
 * const test = await testActor(deploy, {
 *   input: { app: 'payments' },
 *   activities: { launch: returns({ id: 'i-1' }), remove: hangs() },
 *   crashAfterEveryStep: true,
 * });
 * await test.advance(30 * DAY_MS);
 * expect(test.state).toBe('removing');
 * await test.finish('remove', returns());
 * expect(test.calls('remove')).toEqual([{ id: 'i-1' }]);
 * expect(test.output).toEqual({ status: 'compensated' });
 * ```
 */
import type { StateFrom, StateValueFrom, TagsFrom } from 'xstate';
import { matchesState } from 'xstate';
import type { z } from 'zod';
import type { ActorRecord, ActorStatus } from '#contracts/actor-record.ts';
import { partsOf, type Address } from '#contracts/address.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import type { Failure } from '#contracts/failure.ts';
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { Json } from '#contracts/json.ts';
import type { LargePayload } from '#contracts/large-payload.ts';
import type { SentEventsOf } from '#define/contract.ts';
import type { ActivitiesIn, ActivityInputOf, ActivityResultOf, NameOf } from '#define/declared-activities.ts';
import type { AnyDurable } from '#define/durable.ts';
import type { Effect } from '#runtime/effects.ts';
import { decodeContext } from '#runtime/kernel/checked-codec.ts';
import type { ActorScript, Scripted } from './activity-script.ts';
import { given, type Run } from './test-run.ts';

export { fails, hangs, returns, takes } from './activity-script.ts';

/** What a test says for one activity: an answer for all attempts, one for each, or one by the input. */
export type Script<Input, Result> =
  | Scripted<Result>
  | readonly Scripted<Result>[]
  | ((
      input: Input,
      attempt: Pick<ActivityTask, 'attempt' | 'lastHeartbeat'>,
    ) => Scripted<Result> | Promise<Scripted<Result>>);

type ActivityNamed<D extends AnyDurable, Name> = Extract<
  ActivitiesIn<D['machine']>,
  { windlass: { name: Name } }
>;

/** By activity name. A conditional type, because the compiler types the parameters of functions in it only then. */
export type Scripts<D extends AnyDurable> = [D] extends [never]
  ? never
  : { [A in ActivitiesIn<D['machine']> as NameOf<A>]?: Script<ActivityInputOf<A>, ActivityResultOf<A>> };

type Given<Schema extends z.ZodType> =
  undefined extends z.input<Schema> ? { input?: z.input<Schema> } : { input: z.input<Schema> };

export type TestOptions<D extends AnyDurable> = {
  /** An activity without a script fails the test when it is called. */
  activities?: Scripts<D>;
  /** Child actors that the test answers for, by child id or actor type. Child machines without an entry run for real. */
  actors?: Readonly<Record<string, ActorScript>>;
  /** Other actor types of the test: with their contracts, and as targets of `sendTo`. */
  others?: readonly AnyDurable[];
  /**
   * After each step nothing survives but the stored record, as if the process had died: finds what a machine keeps
   * outside its context. Costs a new registration each step.
   */
  crashAfterEveryStep?: boolean;
  /** Where virtual time starts, in epoch milliseconds. Default 2026-01-01T00:00:00Z. */
  startMs?: number;
} & Given<D['contract']['input']>;

/** Starts an actor and lets it run until time would have to pass. @throws RegistrationError, RuntimeError as a worker */
export async function testActor<D extends AnyDurable>(
  actor: D,
  options: TestOptions<D>,
): Promise<TestedActor<D>> {
  const { activities, actors, others = [], crashAfterEveryStep, startMs, input } = options;
  const run = await given(actor.definition, {
    mode: crashAfterEveryStep === true ? 'rehydrated' : 'straight',
    input,
    others: others.map(({ definition }) => definition),
    ...(activities ? { activities: activities as never } : {}),
    ...(actors ? { actors } : {}),
    ...(startMs === undefined ? {} : { startMs }),
  });
  const [refused] = run.refusals();
  if (refused) throw new Error(`The actor could not be started: ${refused.reason}`);
  return new TestedActor(actor, run);
}

export class TestedActor<D extends AnyDurable> {
  readonly #actor: D;
  /** Everything the kit can do, untyped: other actors of the test, raw envelopes, records. */
  readonly run: Run;

  constructor(actor: D, run: Run) {
    this.#actor = actor;
    this.run = run;
  }

  /** Lets virtual time pass: timers fire, retries happen, `takes` ends, in order of time. */
  async advance(delayMs: number): Promise<void> {
    await this.run.advance(delayMs);
  }

  /** Sends an event. Resolves to the reason when it was refused, to undefined when it was applied. */
  async send(event: SentEventsOf<D['contract']['events']>): Promise<string | undefined> {
    return this.run.send(event);
  }

  /** Asks the actor to end, as `handle.cancel()` does: its machine may compensate by a transition of `windlass.cancel`. */
  async cancel(reason?: string): Promise<string | undefined> {
    return this.#control('cancel', reason);
  }

  /** Ends the actor at once, as `handle.terminate()` does. */
  async terminate(reason?: string): Promise<string | undefined> {
    return this.#control('terminate', reason);
  }

  /** Nothing is applied until `resume`: what is sent is kept, and so are results and timers. */
  async pause(reason?: string): Promise<string | undefined> {
    return this.#control('pause', reason);
  }

  /** Applies what was kept, in the order of arrival. What is refused then is in `run.refusals()`. */
  async resume(reason?: string): Promise<string | undefined> {
    return this.#control('resume', reason);
  }

  #control(
    kind: 'cancel' | 'terminate' | 'pause' | 'resume',
    reason: string | undefined,
  ): Promise<string | undefined> {
    return this.run.control(kind, reason === undefined ? {} : { reason });
  }

  /** Ends the oldest running attempt of an activity that hangs. */
  async finish<Name extends NameOf<ActivitiesIn<D['machine']>>>(
    name: Name,
    answer: Scripted<ActivityResultOf<ActivityNamed<D, Name>>>,
  ): Promise<void> {
    await this.run.finishActivity(name, answer);
  }

  get status(): ActorStatus {
    return this.#record.status;
  }

  get state(): StateFrom<D['machine']>['value'] {
    return this.#record.state.value as StateFrom<D['machine']>['value'];
  }

  matches(state: StateValueFrom<D['machine']>): boolean {
    return matchesState(state as string, this.#record.state.value as string);
  }

  hasTag(tag: TagsFrom<D['machine']>): boolean {
    const { value } = this.#record.state;
    return this.#actor.machine.resolveState({ value, context: this.context }).hasTag(tag);
  }

  get context(): z.output<D['contract']['context']> {
    const context = decodeContext(this.#record.state.context, {
      identityOf: () => ({ id: '', birth: 0 }),
      revive: (identity) => identity,
    });
    return context as z.output<D['contract']['context']>;
  }

  /** Set once the status is `done`. */
  get output(): z.output<D['contract']['output']> | undefined {
    return this.#record.state.output as z.output<D['contract']['output']> | undefined;
  }

  /** Why it ended with status `error`. */
  get error(): Failure | undefined {
    return this.#record.state.error;
  }

  /** Inputs of an activity, one for each attempt. */
  calls<Name extends NameOf<ActivitiesIn<D['machine']>>>(
    name: Name,
  ): ActivityInputOf<ActivityNamed<D, Name>>[] {
    return this.run.calls(name) as ActivityInputOf<ActivityNamed<D, Name>>[];
  }

  /** What a reference in the context or the output stands for. @throws PayloadError when no activity of the test made it */
  async payload(reference: LargePayload): Promise<Json> {
    return this.run.world.activities.payload(reference);
  }

  /** Whether the actor is paused: what is sent is kept. */
  get isPaused(): boolean {
    return this.#record.paused !== undefined;
  }

  /** Activities with an attempt that runs now, by name. */
  running(): string[] {
    return this.run.running();
  }

  /** Activities whose running attempt was cancelled, by name. */
  cancelled(): string[] {
    return this.run.cancelled();
  }

  /** Events to actors that are not part of the test. */
  sent(): readonly { from: Address | undefined; to: Address; event: ActorEvent }[] {
    return this.run.sent();
  }

  emitted(): readonly ActorEvent[] {
    return this.run.emitted();
  }

  /** All effects of all steps of all actors, in order. */
  effects(): readonly Effect[] {
    return this.run.effects();
  }

  /** Child actors that ran in the test, with their state: by child id. */
  children(): Readonly<Record<string, Pick<ActorRecord, 'status' | 'address'> & { value: unknown }>> {
    const records = [...this.run.world.records.values()];
    return Object.fromEntries(
      records
        .filter(({ parent }) => parent?.address === this.run.address)
        .map(({ address, parent, status, state }) => [
          parent?.childId ?? partsOf(address).id,
          { address, status, value: state.value },
        ]),
    );
  }

  get nowMs(): number {
    return this.run.nowMs();
  }

  get #record(): ActorRecord {
    return this.run.record();
  }
}
