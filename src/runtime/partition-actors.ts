/**
 * The actors of one owned partition: takes log entries, steps, commits.
 *
 * A1 Entries of one actor are applied in the order of each log, all waiting ones in one step, one commit at a time.
 * A2 An entry is closed only after the commit that applied it, or when it would be refused at any later time too: an
 *    event that this state does not handle is committed as refused, or a new owner might apply it in a later state.
 * A3 Nothing is told to anyone before the commit: replies and effects leave with it or after it.
 * A4 A commit that lost its compare-and-set is stepped again from the stored record.
 * A5 An entry is forgotten only while the partition is still owned: a zombie refuses on what it remembers, and must
 *    not take away what the new owner has yet to see.
 * A6 An entry that cannot be processed is parked with its reason; only its own actor is touched.
 */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { partsOf } from '#contracts/address.ts';
import { Activations, type Activation, type Waiting } from './activations.ts';
import type { Kernel, RegisteredDefinition, StepOutcome } from './kernel/kernel.ts';
import { LogProgress } from './log-progress.ts';
import type { Clock, Ingress, LogEntry, Logs, OwnershipStore, RecordStore, Replies } from './ports.ts';
import { refusedStart, unknownTypeReason } from './refused-start.ts';
import type { Registry } from './registry.ts';
import { CommitConflict, OwnershipLost } from './runtime-error.ts';
import type { RuntimeEvents } from './runtime-events.ts';

const DELIVERIES_PER_STEP_MAX = 256;
const TRIES_MAX = 3;
const RETRY_MS = 100;
const REFUSED_FOR_EVER: ReadonlySet<string> = new Set(['stale', 'repeated', 'not-active', 'reserved']);
const RETENTION_MS = 30 * 24 * 3_600_000;

export type ActorsOptions = {
  partition: number;
  epoch: number;
  kernel: Kernel;
  registry: Registry;
  clock: Clock;
  store: RecordStore;
  logs: Logs;
  ingress: Ingress;
  replies: Replies;
  ownership: OwnershipStore;
  events: RuntimeEvents;
  /** Called once when another node turns out to own the partition. */
  onLost: () => void;
};

export class PartitionActors {
  readonly #options: ActorsOptions;
  readonly #activations = new Activations();
  readonly #progress = { mailbox: new LogProgress(), ingress: new LogProgress() };
  #dropped = false;
  #running = 0;

  constructor(options: ActorsOptions) {
    this.#options = options;
  }

  get epoch(): number {
    return this.#options.epoch;
  }

  /** Entries read but not yet applied. */
  get openCount(): number {
    return this.#progress.mailbox.openCount + this.#progress.ingress.openCount;
  }

  accept(entry: LogEntry): void {
    if (this.#dropped) return;
    this.#progress[entry.log].opened(entry.sequence);
    const { envelope } = entry;
    if (!envelope) {
      void this.#park(entry, entry.reason ?? 'ENVELOPE_INVALID');
      return;
    }
    const activation = this.#activations.of(envelope.to);
    activation.waiting.push({ entry, delivery: { envelope, log: entry.log, sequence: entry.sequence } });
    if (!activation.running) void this.#run(activation);
  }

  /** Stops taking entries and waits for steps in flight. What is open is read again by the next owner. */
  async drop(): Promise<void> {
    this.#dropped = true;
    while (this.#running > 0) await this.#options.clock.sleep(2);
  }

  /** Forgets applied entries. */
  async purge(): Promise<void> {
    for (const log of ['mailbox', 'ingress'] as const) {
      const belowSequence = this.#progress[log].takePurge();
      if (belowSequence === null || this.#dropped) continue;
      try {
        if (await this.#purgeOwned(log, belowSequence)) continue;
        this.#dropped = true;
        this.#options.onLost();
        return;
      } catch {
        this.#progress[log].purgeFailed();
      }
    }
  }

  /** False when someone else owns the partition: then a refusal made here may have rested on an old record. */
  async #purgeOwned(log: LogEntry['log'], belowSequence: number): Promise<boolean> {
    const { partition, epoch, ownership, logs } = this.#options;
    if ((await ownership.currentEpoch(partition)) !== epoch) return false;
    await logs.purge({ log, partition, belowSequence });
    return true;
  }

  async #run(activation: Activation): Promise<void> {
    activation.running = true;
    this.#running += 1;
    try {
      while (activation.waiting.length > 0 && !this.#dropped) await this.#stepOnce(activation);
    } finally {
      activation.running = false;
      this.#running -= 1;
      const { stored } = activation;
      if (stored && stored.record.status !== 'active') this.#activations.release(activation);
    }
  }

  async #stepOnce(activation: Activation): Promise<void> {
    try {
      activation.stored ??= await this.#options.store.load(activation.address);
      const taken = this.#skipApplied(activation);
      if (taken.length > 0) await this.#apply(activation, taken);
      activation.failures = 0;
    } catch (error) {
      await this.#recover(activation, error);
    }
  }

  /** Closes what the record already holds, and returns the next entries to apply. */
  #skipApplied(activation: Activation): Waiting[] {
    const applied = activation.stored?.record.applied;
    if (applied) {
      activation.waiting = activation.waiting.filter((waiting) => {
        const isApplied = waiting.entry.sequence <= applied[waiting.entry.log];
        if (isApplied) this.#close(waiting.entry);
        return !isApplied;
      });
    }
    return activation.waiting.slice(0, DELIVERIES_PER_STEP_MAX);
  }

  async #apply(activation: Activation, taken: Waiting[]): Promise<void> {
    const { stored } = activation;
    if (!stored) return this.#start(activation, taken);
    const registered = this.#options.registry.of(stored.record);
    if (!registered) {
      const { version } = stored.record.definition;
      return this.#parkAll(
        activation,
        taken,
        `DEFINITION_MISSING: no version ${version} of this actor type runs here`,
      );
    }
    const outcome = this.#options.kernel.step(registered, stored.record, {
      deliveries: taken.map((waiting) => waiting.delivery),
      nowMs: this.#options.clock.nowMs(),
    });
    const nothingNew =
      outcome.refusals.length === taken.length &&
      outcome.effects.length === 0 &&
      outcome.refusals.every(({ reason }) => REFUSED_FOR_EVER.has(reason));
    if (!nothingNew) await this.#commit(activation, { registered, outcome });
    this.#finish(activation, taken, outcome);
  }

  /** First step of an actor. Only a `start`, or an event to a type that starts on events, makes one. */
  async #start(activation: Activation, taken: Waiting[]): Promise<void> {
    const [first] = taken;
    if (!first) return;
    const { envelope } = first.delivery;
    const { type, id } = partsOf(activation.address);
    const registered = this.#options.registry.newest(type);
    const implicit = envelope.kind === 'event' && registered?.definition.startOnEvent === true;
    if (!registered && envelope.kind === 'start') return this.#refuseStart(activation, first);
    if (!registered || (envelope.kind !== 'start' && !implicit)) {
      return this.#parkAll(activation, [first], `ACTOR_UNKNOWN: ${activation.address} does not exist`);
    }
    const started = envelope.kind === 'start';
    const outcome = this.#options.kernel.create(
      registered,
      {
        address: activation.address,
        ...(started && envelope.input !== undefined ? { input: envelope.input } : {}),
        ...(started && envelope.parent ? { parent: envelope.parent } : {}),
        ...(started ? {} : { input: { id } }),
      },
      this.#options.clock.nowMs(),
    );
    const applied = {
      ...outcome.record.applied,
      ...(started ? { [first.entry.log]: first.entry.sequence } : {}),
    };
    const record: ActorRecord = { ...outcome.record, applied };
    await this.#commit(activation, { registered, outcome: { ...outcome, record } });
    if (started) this.#finish(activation, [first], outcome);
  }

  async #refuseStart(activation: Activation, first: Waiting): Promise<void> {
    const answer = refusedStart(first.delivery.envelope);
    if (answer) await this.#options.ingress.send(answer);
    await this.#parkAll(activation, [first], unknownTypeReason(activation.address));
  }

  async #commit(
    activation: Activation,
    args: { registered: RegisteredDefinition; outcome: StepOutcome },
  ): Promise<void> {
    const { registered, outcome } = args;
    const { record } = outcome;
    const revision = await this.#options.store.commit({
      record,
      view: this.#options.kernel.view(registered, record),
      expectedRevision: activation.stored?.revision ?? 0,
      effects: outcome.effects,
      partition: this.#options.partition,
      epoch: this.#options.epoch,
      ...(record.status === 'active'
        ? {}
        : { expireAfterMs: registered.definition.retentionMs ?? RETENTION_MS }),
    });
    activation.stored = { record, revision };
    this.#options.events.committed({ record, effects: outcome.effects, partition: this.#options.partition });
  }

  #finish(activation: Activation, taken: readonly Waiting[], outcome: StepOutcome): void {
    const reasons = new Map(outcome.refusals.map((refusal) => [refusal.envelopeId, refusal.reason]));
    const done = new Set(taken);
    activation.waiting = activation.waiting.filter((waiting) => !done.has(waiting));
    for (const { entry, delivery } of taken) {
      this.#close(entry);
      const { envelope } = delivery;
      const reason = reasons.get(envelope.id);
      if (reason) this.#options.events.refused({ envelope, reason });
      if (envelope.kind !== 'event' || !envelope.replyTo) continue;
      const { status, step } = activation.stored?.record ?? outcome.record;
      this.#options.replies.reply(
        envelope.replyTo,
        reason ? { outcome: 'refused', reason, status, step } : { outcome: 'applied', status, step },
      );
    }
  }

  async #recover(activation: Activation, error: unknown): Promise<void> {
    activation.stored = undefined;
    if (error instanceof OwnershipLost) {
      this.#dropped = true;
      this.#options.onLost();
      return;
    }
    if (error instanceof CommitConflict) return;
    this.#options.events.failed({ address: activation.address, error });
    activation.failures += 1;
    const [first] = activation.waiting;
    if (activation.failures >= TRIES_MAX && first && !isOutage(error)) {
      activation.failures = 0;
      await this.#parkAll(activation, [first], `STEP_FAILED: ${(error as Error).message}`);
      return;
    }
    await this.#options.clock.sleep(RETRY_MS);
  }

  async #parkAll(activation: Activation, taken: readonly Waiting[], reason: string): Promise<void> {
    const done = new Set(taken);
    for (const { entry, delivery } of taken) {
      await this.#park(entry, reason);
      const { envelope } = delivery;
      if (envelope.kind === 'event' && envelope.replyTo) {
        this.#options.replies.reply(envelope.replyTo, { outcome: 'refused', reason });
      }
    }
    activation.waiting = activation.waiting.filter((waiting) => !done.has(waiting));
  }

  async #park(entry: LogEntry, reason: string): Promise<void> {
    this.#options.events.parked({ entry, reason });
    while (!this.#dropped) {
      try {
        await this.#options.logs.park(entry, reason);
        this.#close(entry);
        return;
      } catch {
        await this.#options.clock.sleep(RETRY_MS);
      }
    }
  }

  #close(entry: LogEntry): void {
    this.#progress[entry.log].closed(entry.sequence);
  }
}

/** No answer from the bus: trying again is all there is to do. */
function isOutage(error: unknown): boolean {
  return error instanceof Error && error.name === 'BusError';
}
