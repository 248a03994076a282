/**
 * The actors of one owned partition: takes log entries, steps, commits.
 *
 * A1 Entries of one actor are applied in the order of each log, all waiting ones in one step, one commit at a time.
 * A2 An entry is closed only after the commit that applied it, or when it would be refused at any later time too: an
 *    event that this state does not handle is committed as refused, or a new owner might apply it in a later state. A
 *    direct ask stands in no log: it is refused without a commit. By a record that may be old nothing is.
 * A3 Nothing is told to anyone before the commit: replies and effects leave with it or after it.
 * A4 A commit that lost its compare-and-set is stepped again from the stored record.
 * A5 An entry that cannot be processed is parked with its reason; only its own actor is touched. When no step can be
 *    made with an envelope, its actor stalls: its state stays as it was, and what arrives is kept.
 * A6 A result of an activity that is handed over counts as taken only when the commit that applied it is stored.
 * A7 What was kept while an actor was on hold is applied before anything that waits.
 */
import type { DirectAsk } from '#contracts/direct-ask.ts';
import type { Envelope } from '#contracts/envelope.ts';
import {
  Activations,
  isCautious,
  noteFailure,
  settle,
  type Activation,
  type Waiting,
} from './activations.ts';
import type { ActorsOptions } from './actors-options.ts';
import { answer } from './answers.ts';
import { AskIntake } from './ask-intake.ts';
import { assertNewest, commitStep, type Committing } from './commit-step.ts';
import { decline, declineUnfit } from './direct-deliveries.ts';
import { isReplacement } from './first-step.ts';
import { aboveDecided } from './first-watermarks.ts';
import { hasMail, hasWork, stallActor } from './held-actor.ts';
import { confirmationOf, type MadeStep } from './made-step.ts';
import { NearTasks } from './near-tasks.ts';
import { OpenEntries } from './open-entries.ts';
import { Parking } from './parking.ts';
import { entryOf, stallBy, suspectOf } from './poison.ts';
import type { LogEntry, NearMark } from './ports.ts';
import { refusedStart } from './refused-start.ts';
import { CommitConflict, isOutage, OwnershipLost } from './runtime-error.ts';
import { StepMaker } from './step-maker.ts';
import { tellOutcome, tellSize } from './tell-outcome.ts';

const DELIVERIES_PER_STEP_MAX = 256;
const TRIES_MAX = 3;
const RETRY_MS = 100;

export class PartitionActors {
  readonly #options: ActorsOptions;
  readonly #activations = new Activations();
  readonly #entries: OpenEntries;
  readonly #steps: StepMaker;
  readonly #committing: Committing;
  readonly #parking: Parking;
  readonly #asks: AskIntake;
  #dropped = false;
  #running = 0;
  /** Called when no step is in flight. */
  readonly #onIdle: (() => void)[] = [];

  constructor(options: ActorsOptions) {
    this.#options = options;
    this.#entries = new OpenEntries(options);
    this.#steps = new StepMaker(options);
    const isDropped = (): boolean => this.#dropped;
    const shared = { ...options, entries: this.#entries, give: this.#give.bind(this), isDropped };
    this.#parking = new Parking(shared);
    this.#asks = new AskIntake(shared);
    const near = new NearTasks({ ...shared, caughtUp: () => this.#entries.caughtUp(isDropped) });
    this.#committing = { ...options, near };
  }

  get epoch(): number {
    return this.#options.epoch;
  }

  /** Entries read but not yet applied. */
  get openCount(): number {
    return this.#entries.count;
  }

  accept(entry: LogEntry): void {
    if (this.#dropped) return;
    // Read twice, it would be answered twice, and the second answer would not know what the first one was.
    if (!this.#entries.opened(entry)) return;
    const { envelope } = entry;
    if (!envelope) {
      this.#parking.park(entry, entry.reason ?? 'ENVELOPE_INVALID').catch(() => this.#lose());
      return;
    }
    const activation = this.#activations.of(envelope.to);
    activation.waiting.push({ entry, delivery: { envelope, log: entry.log, sequence: entry.sequence } });
    if (!activation.running) void this.#run(activation);
  }

  /** A mark of an actor with tasks that wait for whoever owns the partition. */
  acceptNear(mark: NearMark): void {
    if (!this.#dropped) this.#committing.near.accept(mark);
  }

  /** An ask that is not stored: answered after its commit, or declined. */
  acceptAsk(ask: DirectAsk): void {
    this.#asks.take(ask);
  }

  /** Applies what was handed over; false when it was not, and must come by the ingress. */
  #give(envelope: Envelope, after?: number): Promise<boolean> {
    if (this.#dropped) return Promise.resolve(false);
    const activation = this.#activations.of(envelope.to);
    return new Promise((settle) => {
      activation.waiting.push({
        delivery: { envelope, log: 'ingress', sequence: 0, direct: true },
        settle,
        ...(after === undefined ? {} : { after }),
      });
      if (!activation.running) void this.#run(activation);
    });
  }

  /** Stops taking entries and waits for steps in flight. What is open is read again by the next owner. */
  async drop(): Promise<void> {
    this.#dropped = true;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  /** Forgets applied entries. */
  async purge(): Promise<void> {
    if (this.#dropped || (await this.#entries.purge()) === 'owned') return;
    this.#lose();
  }

  #lose(): void {
    this.#dropped = true;
    this.#options.onLost();
  }

  async #run(activation: Activation): Promise<void> {
    activation.running = true;
    this.#running += 1;
    try {
      while (hasWork(activation) && !this.#dropped)
        await this.#options.slots.run(() => this.#stepOnce(activation));
    } finally {
      activation.running = false;
      this.#running -= 1;
      if (this.#dropped) for (const waiting of activation.waiting) settle(waiting, false);
      const { stored } = activation;
      if (stored && stored.record.status !== 'active') this.#activations.release(activation);
      if (this.#running === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  async #stepOnce(activation: Activation): Promise<void> {
    if (this.#dropped) return;
    try {
      if (activation.stored === undefined) await this.#load(activation);
      const waiting = this.#skipApplied(activation);
      if (hasWork(activation)) await this.#apply(activation, waiting);
      activation.failures = 0;
      if (activation.cautious > 0) activation.cautious -= 1;
    } catch (error) {
      await this.#recover(activation, error);
    }
  }

  async #load(activation: Activation): Promise<void> {
    const stored = await this.#options.store.load(activation.address);
    activation.stored = stored;
    if (stored) this.#committing.near.see(stored.record);
  }

  /** Closes what the record already holds, and returns the next entries to apply. */
  #skipApplied(activation: Activation): Waiting[] {
    const applied = activation.stored?.record.applied;
    if (applied) {
      activation.waiting = activation.waiting.filter((waiting) => {
        if (!('entry' in waiting)) return true;
        const isApplied = waiting.entry.sequence <= applied[waiting.entry.log];
        if (isApplied) this.#entries.closed(waiting.entry);
        return !isApplied;
      });
    }
    return activation.waiting.slice(0, isCautious(activation) ? 1 : DELIVERIES_PER_STEP_MAX);
  }

  async #apply(activation: Activation, waiting: Waiting[]): Promise<void> {
    const { stored } = activation;
    const [first] = waiting;
    if (declineUnfit(activation, this.#options, stored?.record)) return;
    if (!stored) return first && this.#start(activation, first);
    const cut = waiting.findIndex(({ delivery }) => isReplacement(stored.record, delivery.envelope));
    if (cut === 0) return first && this.#start(activation, first);
    // what was kept is applied before anything else is taken
    const taken = hasMail(stored.record) ? [] : cut < 0 ? waiting : waiting.slice(0, cut);
    const deliveries = taken.map((waiting) => waiting.delivery);
    const bound = isCautious(activation) ? { heldMax: 1 } : {};
    const made = await this.#steps.step(stored.record, deliveries, bound);
    if ('parked' in made) return this.#parkSome(activation, taken, made.parked);
    await this.#parking.leftOver(taken, made.outcome);
    const confirmation = confirmationOf(stored, made, deliveries);
    if (confirmation === 'newest') await assertNewest(this.#options.store, stored);
    else if (confirmation === 'commit') await this.#commit(activation, made);
    this.#finish(activation, taken.slice(0, made.taken), made);
  }

  /** Parks those that have a reason; the others wait for the next step. */
  async #parkSome(
    activation: Activation,
    taken: readonly Waiting[],
    reasons: ReadonlyMap<string, string>,
  ): Promise<void> {
    for (const waiting of taken) {
      const reason = reasons.get(waiting.delivery.envelope.id);
      if (reason !== undefined) await this.#parkAll(activation, [waiting], reason);
    }
  }

  async #start(activation: Activation, first: Waiting): Promise<void> {
    const { delivery } = first;
    const born = await this.#steps.first(delivery, activation.stored?.record);
    if (born.kind === 'born') {
      await this.#commit(activation, aboveDecided(born.made, this.#entries, activation.waiting));
      if (born.made.taken > 0) this.#finish(activation, [first], born.made);
      return;
    }
    const told = refusedStart(delivery.envelope, born.reason);
    if (told) await this.#options.ingress.send(told);
    await this.#parkAll(activation, [first], born.reason);
  }

  #commit(activation: Activation, made: MadeStep): Promise<void> {
    return commitStep(this.#committing, activation, made);
  }

  #finish(activation: Activation, taken: readonly Waiting[], { outcome }: MadeStep): void {
    const done = new Set(taken);
    activation.waiting = activation.waiting.filter((waiting) => !done.has(waiting));
    const overflow = new Set((outcome.overflow ?? []).map(({ envelope }) => envelope.id));
    for (const waiting of taken) {
      if ('entry' in waiting) this.#entries.closed(waiting.entry);
      settle(waiting, !overflow.has(waiting.delivery.envelope.id));
    }
    const record = activation.stored?.record ?? outcome.record;
    tellOutcome(this.#options, { taken, outcome, record });
    activation.isLarge = tellSize(this.#options.events, { outcome, wasLarge: activation.isLarge });
  }

  async #recover(activation: Activation, error: unknown): Promise<void> {
    activation.stored = undefined;
    if (error instanceof OwnershipLost) {
      this.#lose();
      return;
    }
    if (error instanceof CommitConflict) return;
    this.#options.events.failed({ address: activation.address, error });
    if (isOutage(error) || noteFailure(activation) < TRIES_MAX) {
      await this.#options.clock.sleep(RETRY_MS);
      return;
    }
    try {
      await this.#giveUp(activation, error);
      activation.failures = 0;
    } catch (failure) {
      activation.stored = undefined;
      if (failure instanceof OwnershipLost) return this.#lose();
      this.#options.events.failed({ address: activation.address, error: failure });
      await this.#options.clock.sleep(RETRY_MS);
    }
  }

  /** No step can be made: the envelope is parked, the actor stalls. What was handed over comes by the ingress instead. */
  async #giveUp(activation: Activation, error: unknown): Promise<void> {
    if (decline(activation)) return;
    const { clock, kernel, registry, partition, events } = this.#options;
    await this.#load(activation);
    const { stored } = activation;
    const [first] = activation.waiting;
    const reason = `STEP_FAILED: ${error instanceof Error ? error.message : String(error)}`;
    if (stored?.record.status !== 'active') return first && this.#parkAll(activation, [first], reason);
    const refused = suspectOf(stored.record, first?.delivery);
    if (!refused) return;
    const isWaiting = first !== undefined && refused === first.delivery;
    const entry = isWaiting && 'entry' in first ? first.entry : entryOf(refused, partition);
    await this.#parking.park(entry, reason);
    const stall = stallBy(stored.record, error);
    const outcome = stallActor(stored.record, { stall, refused, nowMs: clock.nowMs() });
    const view = kernel.view(registry.of(stored.record), outcome.record);
    await this.#commit(activation, { outcome, view, taken: 0 });
    activation.waiting = activation.waiting.filter((waiting) => waiting !== first || !isWaiting);
    const { record } = outcome;
    answer(this.#options.replies, refused.envelope, { record, reason: stall.code });
    if (record.stalled) events.stalled({ address: record.address, stall: record.stalled });
  }

  async #parkAll(activation: Activation, taken: readonly Waiting[], reason: string): Promise<void> {
    for (const waiting of taken) await this.#parking.refuse(waiting, reason);
    const done = new Set(taken);
    activation.waiting = activation.waiting.filter((waiting) => !done.has(waiting));
  }
}
