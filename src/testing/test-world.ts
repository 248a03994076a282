/** The world around the kernel in a machine test: mailboxes, alarms, activities and time, all in memory. */
import { deepStrictEqual } from 'node:assert';
import { ActivityTask } from '#contracts/activity-task.ts';
import { ActorRecord } from '#contracts/actor-record.ts';
import { ActorView } from '#contracts/actor-view.ts';
import { partsOf, type Address } from '#contracts/address.ts';
import { Envelope, type ActorEvent, type Parent } from '#contracts/envelope.ts';
import type { Json } from '#contracts/json.ts';
import { StepNote } from '#contracts/step-note.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { checkEnvelope } from '#runtime/definition-checks.ts';
import type { Effect } from '#runtime/effects.ts';
import { holdable, holdEnvelopes, keepsMail } from '#runtime/held-actor.ts';
import type { Kernel, RegisteredDefinition } from '#runtime/kernel/kernel.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { stepOfDefinition } from '#runtime/step-of-definition.ts';
import { deepFreeze } from './deep-freeze.ts';
import { ForeignActors } from './foreign-actors.ts';
import { ScriptedActivities } from './scripted-activities.ts';
import type { ActivityScript, ActorScript } from './activity-script.ts';

export type Mode = 'straight' | 'rehydrated';

export type WorldOptions = {
  mode: Mode;
  definitions: readonly ActorDefinition[];
  activities: Readonly<Record<string, ActivityScript>>;
  actors: Readonly<Record<string, ActorScript>>;
  nowMs: number;
};

type Process = { kernel: Kernel; definition: RegisteredDefinition };
type Scheduled = { atMs: number; order: number; envelope: Envelope };

const STEPS_MAX = 100_000;

export class TestWorld {
  readonly records = new Map<Address, ActorRecord>();
  readonly foreign: ForeignActors;
  readonly emitted: ActorEvent[] = [];
  readonly logged: { label?: string; value: Json }[] = [];
  readonly activities: ScriptedActivities;
  /** In order; those of values that do not fit the definition's checks too. */
  readonly refusals: { envelopeId: string; reason: string }[] = [];
  /** Types of events without an envelope of their own that no state took. */
  readonly unhandled: string[] = [];
  /** What each step did, of all actors. */
  readonly notes: StepNote[] = [];
  readonly effects: Effect[] = [];
  nowMs: number;
  readonly #options: WorldOptions;
  #kernel = createKernel();
  readonly #registered = new Map<string, RegisteredDefinition>();
  /** Those of the test, and those that their machines bring along. */
  readonly definitions: readonly ActorDefinition[];
  readonly #mailbox: Envelope[] = [];
  readonly #scheduled: Scheduled[] = [];
  #envelopes = 0;
  #steps = 0;
  #sequence = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.nowMs = options.nowMs;
    // what the test answers for itself is not run
    this.definitions = this.#kernel
      .withImplied(options.definitions)
      .filter(
        (definition) => options.definitions.includes(definition) || !(definition.type in options.actors),
      );
    // a definition that cannot be durable fails the test even when no actor of it is started
    for (const { type } of options.definitions) this.#process(type);
    this.activities = new ScriptedActivities(options.activities, (delayMs, envelope) =>
      this.#schedule(delayMs, { v: 1, id: this.nextEnvelopeId(), ...envelope }),
    );
    this.foreign = new ForeignActors(options.actors, (delayMs, event) =>
      this.#schedule(delayMs, { v: 1, id: this.nextEnvelopeId(), kind: 'event', ...event }),
    );
  }

  /** A kernel with the definition of one type. In rehydrated mode each is new: only the record survives a step. */
  #process(type: string): { kernel: Kernel; definition: RegisteredDefinition | undefined } {
    if (this.#options.mode === 'rehydrated') {
      this.#kernel = createKernel();
      this.#registered.clear();
    }
    const declared = this.definitions.find((definition) => definition.type === type);
    const known = this.#registered.get(type);
    if (known !== undefined || declared === undefined) return { kernel: this.#kernel, definition: known };
    const definition = this.#kernel.register(declared);
    this.#registered.set(type, definition);
    return { kernel: this.#kernel, definition };
  }

  nextEnvelopeId(): string {
    this.#envelopes += 1;
    return `envelope-${this.#envelopes}`;
  }

  /** Puts an envelope into the mailbox; {@link settle} delivers it. */
  post(envelope: Envelope): void {
    this.#mailbox.push(this.#checked(Envelope, envelope));
  }

  /** Delivers everything that can be delivered without time passing. */
  async settle(): Promise<void> {
    for (;;) {
      const envelope = this.#mailbox.shift() ?? this.#takeDue();
      if (envelope === undefined) return;
      this.#steps += 1;
      if (this.#steps > STEPS_MAX)
        throw new Error(`The actors did not come to rest within ${STEPS_MAX} steps.`);
      await this.#deliver(envelope);
    }
  }

  #takeDue(): Envelope | undefined {
    const first = this.#scheduled[0];
    if (first === undefined || first.atMs > this.nowMs) return undefined;
    this.#scheduled.shift();
    return first.envelope;
  }

  /** Lets time pass, alarm by alarm. */
  async advance(delayMs: number): Promise<void> {
    const untilMs = this.nowMs + delayMs;
    await this.settle();
    for (;;) {
      const next = this.#scheduled[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      await this.settle();
    }
    this.nowMs = untilMs;
  }

  async #deliver(given: Envelope): Promise<void> {
    const address = given.to;
    const { kernel, definition } = this.#process(partsOf(address).type);
    if (given.kind === 'activity-result') this.activities.close(given);
    const record = this.records.get(address);
    if (definition === undefined) return this.foreign.take(given);
    const create = (birth: { input?: Json; parent?: Parent }) =>
      this.#commit(definition, kernel.create(definition, { address, ...birth }, this.nowMs), kernel);
    if (record === undefined) {
      if (given.kind === 'start') {
        const checked = checkEnvelope(definition.definition, given);
        if ('problem' in checked) return this.#refuse(given.id, checked.problem);
        const { input, parent } = checked.value as typeof given;
        return create({ ...(input === undefined ? {} : { input }), ...(parent && { parent }) });
      }
      if (given.kind !== 'event' || definition.definition.startOnEvent !== true) {
        return this.foreign.take(given);
      }
      await create({ input: { id: partsOf(address).id } });
    }
    const before = this.records.get(address);
    if (before !== undefined) await this.#step(before, given, { kernel, definition });
  }

  /** As an owner does it: what is kept while an actor is on hold is looked at when it goes on. */
  async #step(record: ActorRecord, envelope: Envelope, process: Process): Promise<void> {
    const { kernel, definition } = process;
    this.#sequence += 1;
    const deliveries = [{ envelope, log: 'mailbox' as const, sequence: this.#sequence }];
    const step = { record, deliveries, nowMs: this.nowMs };
    const isKept = keepsMail(record) && holdable(deliveries).length > 0;
    const outcome = isKept ? holdEnvelopes(record, step) : stepOfDefinition(kernel, definition, step);
    if ('record' in outcome) return this.#commit(definition, outcome, kernel);
    for (const [id, problem] of outcome.problems) this.#refuse(id, problem);
  }

  #refuse(envelopeId: string, reason: string): void {
    this.refusals.push({ envelopeId, reason });
  }

  #schedule(delayMs: number, envelope: Envelope): void {
    if (delayMs === 0) this.post(envelope);
    else this.#at(this.nowMs + delayMs, envelope);
  }

  async #commit(
    definition: RegisteredDefinition,
    outcome: ReturnType<Kernel['step']>,
    kernel: Kernel,
  ): Promise<void> {
    const record = this.#checked(ActorRecord, outcome.record);
    this.records.set(record.address, deepFreeze(record));
    this.#checked(ActorView, kernel.view(definition, record));
    this.notes.push(this.#checked(StepNote, outcome.note));
    this.unhandled.push(...(outcome.unhandled ?? []));
    this.refusals.push(...outcome.refusals);
    for (const { envelope, reason } of outcome.settled ?? [])
      if (reason !== undefined) this.#refuse(envelope.id, reason);
    this.effects.push(...outcome.effects);
    for (const effect of outcome.effects) await this.#perform(effect, { from: record.address, definition });
  }

  async #perform(effect: Effect, { from, definition }: { from: Address; definition: RegisteredDefinition }) {
    const base = { v: 1 as const, id: this.nextEnvelopeId() };
    switch (effect.kind) {
      case 'send':
        return this.post({ ...base, to: effect.to, kind: 'event', event: effect.event, from });
      case 'start-actor': {
        const { to, parent, input } = effect;
        return this.post({ ...base, to, kind: 'start', parent, ...(input === undefined ? {} : { input }) });
      }
      case 'system-id':
      case 'system-event':
        return this.post({ ...base, ...effect, from });
      case 'stop-actor':
        return this.post({ ...base, to: effect.to, kind: 'stop' });
      case 'cancel-actor':
        return this.post({ ...base, to: effect.to, kind: 'cancel', reason: effect.reason });
      case 'run-activity':
        return this.activities.run(this.#checked(ActivityTask, effect.task), definition.inlineActivities);
      case 'cancel-activity':
        return this.activities.cancel({ actor: from, childId: effect.childId, birth: effect.birth });
      case 'set-wake':
        this.#clearWake(from);
        return this.#at(effect.dueAtMs, { ...base, to: from, kind: 'wake', dueAtMs: effect.dueAtMs });
      case 'clear-wake':
        return this.#clearWake(from);
      case 'emit':
        this.emitted.push(effect.event);
        return;
      case 'log': {
        const { label, value } = effect;
        this.logged.push({ value, ...(label === undefined ? {} : { label }) });
      }
    }
  }

  #at(atMs: number, envelope: Envelope): void {
    this.#scheduled.push({ atMs, order: this.#scheduled.length + this.#envelopes, envelope });
    this.#scheduled.sort((left, right) => left.atMs - right.atMs || left.order - right.order);
  }

  #clearWake(address: Address): void {
    const index = this.#scheduled.findIndex(
      ({ envelope }) => envelope.kind === 'wake' && envelope.to === address,
    );
    if (index >= 0) this.#scheduled.splice(index, 1);
  }

  /** Through the schema, and in rehydrated mode through JSON: nothing may be lost on the way. */
  #checked<T>(schema: { parse: (value: unknown) => T }, value: T): T {
    if (this.#options.mode === 'straight') {
      schema.parse(value);
      return value;
    }
    const stored: unknown = JSON.parse(JSON.stringify(value));
    const parsed = schema.parse(stored);
    deepStrictEqual(parsed, stored);
    return parsed;
  }
}
