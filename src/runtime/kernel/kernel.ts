/**
 * The kernel turns (record, envelopes, time) into (record, effects). Pure: no IO, clock or randomness.
 *
 * K1 Same arguments, same result, in any process.
 * K2 Nothing from XState is stored: records hold our own format, children and timers are ours.
 * K3 A completion or timer of an earlier visit never reaches the machine: births and generations fence.
 * K4 An event is applied as a whole or not at all: a throw in a guard or assign ends the actor with status `error`.
 * K5 Nodes are in canonical order before each transition, so a cached and a restored actor act alike.
 *
 * A second implementation (another XState version, say) must be able to stand behind this interface.
 */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import type { Address } from '#contracts/address.ts';
import type { Envelope, Parent } from '#contracts/envelope.ts';
import type { Json } from '#contracts/json.ts';
import type { StatechartDescription } from '#contracts/statechart-description.ts';
import type { StepNote } from '#contracts/step-note.ts';
import type { ActorDefinition } from '../actor-definition.ts';
import type { Effect } from '../effects.ts';
import type { MigrationLink } from '../migration.ts';

/** A definition that passed the registration lint. Opaque outside the kernel. */
export type RegisteredDefinition = {
  readonly definition: ActorDefinition;
  /** Changes when the machine's structure changes. */
  readonly hash: string;
  readonly warnings: readonly string[];
  /** Activities offered by the machine itself: `fromPromise` logic, by src name. */
  readonly inlineActivities: ReadonlyMap<string, InlineActivity>;
};

/** XState's own promise logic, run unmodified by a worker. */
export type InlineActivity = (args: {
  input: Json | undefined;
  signal: AbortSignal;
  idempotencyKey?: string;
}) => Promise<unknown>;

export type Birth = {
  address: Address;
  input?: Json;
  parent?: Parent;
  /** The envelope that starts it: its log is applied up to there. */
  delivery?: Delivery;
  /** Id of the envelope that starts it. */
  startedBy?: string;
  /** Another number than that of any earlier actor of the address. */
  life?: number;
  /** Whoever has the address until now: it ends with the first step of the new actor, which counts on from it. */
  replaces?: ActorRecord;
};

/** An envelope the step did not act on, and why. */
export type Refusal = {
  envelopeId: string;
  reason: 'stale' | 'repeated' | 'unhandled' | 'not-active' | 'reserved';
};

/** An envelope with its place in the log it was read from. */
export type Delivery = {
  envelope: Envelope;
  log: 'mailbox' | 'ingress';
  sequence: number;
  /** Handed over within the process that owns the actor: it stands in no log, its sequence is 0, no watermark moves. */
  direct?: true;
};

/** An envelope that was kept while its actor was on hold, and what came of it. */
export type Settled = {
  envelope: Envelope;
  reason?: string;
  /** Where it was read. With it the envelope is to be parked before the step is committed: a definition refuses it. */
  parkedFrom?: Pick<Delivery, 'log' | 'sequence'>;
};

export type StepOutcome = {
  record: ActorRecord;
  effects: readonly Effect[];
  refusals: readonly Refusal[];
  /** What the step did, in full. */
  note: StepNote;
  /** Ids of envelopes that are kept for later: nobody is answered yet. */
  held?: readonly string[];
  /** No room to keep them: to be parked before the step is committed. A direct one is never kept. */
  overflow?: readonly Delivery[];
  /** Kept by an earlier step, and decided by this one. */
  settled?: readonly Settled[];
  /** Types of events without an envelope of their own that no state took: of timers, to oneself, to children gone. */
  unhandled?: readonly string[];
  /** Characters of the record as JSON, when they were worth measuring. */
  sizeChars?: number;
};

export type StepArguments = {
  deliveries: readonly Delivery[];
  nowMs: number;
  /** How many envelopes kept from a hold may be applied before the deliveries; default 256. */
  heldMax?: number;
};

export interface Kernel {
  /** The definitions, and those of the child actors that their machines bring along. */
  withImplied(definitions: readonly ActorDefinition[]): readonly ActorDefinition[];
  /** Lints and prepares a definition. @throws RegistrationError listing every problem and what to write instead. */
  register(definition: ActorDefinition): RegisteredDefinition;
  /** First record of an actor, `record.step` 1. A machine that throws at once yields a record with status `error`. */
  create(registered: RegisteredDefinition, birth: Birth, nowMs: number): StepOutcome;
  /**
   * Applies envelopes in order, as one step. Watermarks and `record.step` are moved by this call. Deliveries at or
   * below the watermark are skipped without a word. What was kept while the actor was on hold goes first; as long as
   * some of it is left, deliveries are kept behind it.
   * @throws RuntimeError `DEFINITION_VERSION_MISSING`, `STATE_NOT_RESTORABLE`: nothing may be committed
   */
  step(registered: RegisteredDefinition, record: ActorRecord, args: StepArguments): StepOutcome;
  /**
   * What hinders a record from going on under this structure of its version, in words for a person; empty when nothing
   * does. Judged by what the record holds: when in doubt, it hinders.
   */
  differences(registered: RegisteredDefinition, record: ActorRecord): readonly string[];
  /**
   * The record moved along `chain` to the version of this definition, as one step without envelopes.
   * @throws RuntimeError `MIGRATION_FAILED`: nothing may be committed
   */
  migrate(
    registered: RegisteredDefinition,
    record: ActorRecord,
    args: { chain: readonly MigrationLink[]; nowMs: number },
  ): StepOutcome;
  /** What others may see; without a definition, all but what the actor type chooses to show. */
  view(registered: RegisteredDefinition | undefined, record: ActorRecord): ActorView;
  /** The statechart for viewers. */
  describe(registered: RegisteredDefinition): StatechartDescription;
}
