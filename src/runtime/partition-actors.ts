/**
 * The actors of one owned partition: takes log entries, steps, commits.
 *
 * A1 Entries of one actor are applied in the order of each log, all waiting ones in one step, one commit at a time.
 * A2 An entry is closed only after the commit that applied it, or when it would be refused at any later time too: an
 *    event that this state does not handle is committed as refused, or a new owner might apply it in a later state.
 * A3 Nothing is told to anyone before the commit: replies and effects leave with it or after it.
 * A4 A commit that lost its compare-and-set is stepped again from the stored record.
 * A5 An entry that cannot be processed is parked with its reason; only its own actor is touched.
 */
import { Activations, type Activation, type Waiting } from './activations.ts';
import { answer } from './answers.ts';
import { checkEnvelope } from './definition-checks.ts';
import { firstStep, isReplacement } from './first-step.ts';
import type { Kernel, RegisteredDefinition, StepOutcome } from './kernel/kernel.ts';
import { OpenEntries } from './open-entries.ts';
import type { Clock, Ingress, LogEntry, Logs, OwnershipStore, RecordStore, Replies } from './ports.ts';
import { refusedStart } from './refused-start.ts';
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
  readonly #entries: OpenEntries;
  #dropped = false;
  #running = 0;

  constructor(options: ActorsOptions) {
    this.#options = options;
    this.#entries = new OpenEntries(options);
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
    this.#entries.opened(entry);
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
        if (isApplied) this.#entries.closed(waiting.entry);
        return !isApplied;
      });
    }
    return activation.waiting.slice(0, DELIVERIES_PER_STEP_MAX);
  }

  async #apply(activation: Activation, waiting: Waiting[]): Promise<void> {
    const { stored } = activation;
    const [first] = waiting;
    if (!stored) return first && this.#start(activation, first);
    const cut = waiting.findIndex(({ delivery }) => isReplacement(stored.record, delivery.envelope));
    if (cut === 0) return first && this.#start(activation, first);
    const taken = cut < 0 ? waiting : waiting.slice(0, cut);
    const registered = this.#options.registry.of(stored.record);
    if (!registered) {
      const { version } = stored.record.definition;
      return this.#parkAll(
        activation,
        taken,
        `DEFINITION_MISSING: no version ${version} of this actor type runs here`,
      );
    }
    if (await this.#parkInvalid(activation, registered, taken)) return;
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

  /** Parks what the definition's checks refuse. True when there was any. */
  async #parkInvalid(
    activation: Activation,
    { definition }: RegisteredDefinition,
    taken: readonly Waiting[],
  ): Promise<boolean> {
    let isAny = false;
    for (const waiting of taken) {
      const checked = checkEnvelope(definition, waiting.delivery.envelope);
      if ('value' in checked) waiting.delivery = { ...waiting.delivery, envelope: checked.value };
      else await this.#parkAll(activation, [waiting], checked.problem);
      isAny ||= 'problem' in checked;
    }
    return isAny;
  }

  async #start(activation: Activation, first: Waiting): Promise<void> {
    const { kernel, registry, clock, ingress } = this.#options;
    const { delivery } = first;
    const replaces = activation.stored?.record;
    const made = firstStep({
      kernel,
      registry,
      delivery,
      nowMs: clock.nowMs(),
      ...(replaces && { replaces }),
    });
    if (made.kind === 'born') {
      await this.#commit(activation, made);
      if (made.takesEnvelope) this.#finish(activation, [first], made.outcome);
      return;
    }
    const told = refusedStart(delivery.envelope, made.reason);
    if (told) await ingress.send(told);
    await this.#parkAll(activation, [first], made.reason);
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
      note: outcome.note,
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
      this.#entries.closed(entry);
      const { envelope } = delivery;
      const reason = reasons.get(envelope.id);
      if (reason) this.#options.events.refused({ envelope, reason });
      answer(this.#options.replies, envelope, {
        record: activation.stored?.record ?? outcome.record,
        ...(reason ? { reason } : { effects: outcome.effects }),
      });
    }
  }

  async #recover(activation: Activation, error: unknown): Promise<void> {
    activation.stored = undefined;
    if (error instanceof OwnershipLost) {
      this.#lose();
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
      answer(this.#options.replies, delivery.envelope, { reason });
    }
    activation.waiting = activation.waiting.filter((waiting) => !done.has(waiting));
  }

  async #park(entry: LogEntry, reason: string): Promise<void> {
    this.#options.events.parked({ entry, reason });
    while (!this.#dropped) {
      try {
        await this.#options.logs.park(entry, reason);
        this.#entries.closed(entry);
        return;
      } catch {
        await this.#options.clock.sleep(RETRY_MS);
      }
    }
  }
}

/** No answer from the bus: trying again is all there is to do. */
function isOutage(error: unknown): boolean {
  return error instanceof Error && error.name === 'BusError';
}
