/** A machine under test, run through the kernel without any bus, in virtual time. */
import type { AnyStateMachine } from 'xstate';
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { ActorRecord, ActorStatus, StateValue } from '#contracts/actor-record.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { addressOf, partsOf, type Address } from '#contracts/address.ts';
import type { ActorEvent, Envelope, Parent } from '#contracts/envelope.ts';
import type { Failure } from '#contracts/failure.ts';
import type { Json } from '#contracts/json.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import type { Effect } from '#runtime/effects.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import type { ActivityScript, ActorScript, Scripted, StartedChild } from './activity-script.ts';
import { asJson } from './scripted-activities.ts';
import type { Sent } from './foreign-actors.ts';
import { TestWorld, type Mode } from './test-world.ts';

/** Virtual time starts here: 2026-01-01T00:00:00Z. */
export const START_MS = 1_767_225_600_000;

export type GivenOptions = {
  mode?: Mode;
  /** Anything that is JSON: the type of the contract may be used as it is. */
  input?: unknown;
  activities?: Readonly<Record<string, ActivityScript>>;
  actors?: Readonly<Record<string, ActorScript>>;
  others?: readonly ActorDefinition[];
  /** Default `test`. */
  service?: string;
  /** Id of the root actor, and root of all addresses. Default `root-1`. */
  id?: string;
  /** Makes the actor under test a child; what it tells its parent is in `sent()`. */
  parent?: Parent;
  startMs?: number;
};

/** Starts an actor and lets it run until time would have to pass. */
export async function given(
  subject: ActorDefinition | AnyStateMachine,
  options: GivenOptions = {},
): Promise<Run> {
  const definition: ActorDefinition =
    'machine' in subject ? subject : { type: subject.id, version: 1, machine: subject };
  const { service = 'test', id = 'root-1', mode = 'straight', parent, input } = options;
  const world = new TestWorld({
    mode,
    definitions: [definition, ...(options.others ?? [])],
    activities: options.activities ?? {},
    actors: options.actors ?? {},
    nowMs: options.startMs ?? START_MS,
  });
  const address = addressOf({ service, type: definition.type, root: id, id });
  world.post({
    v: 1,
    id: world.nextEnvelopeId(),
    to: address,
    kind: 'start',
    ...(input === undefined ? {} : { input: asJson(input) }),
    ...(parent === undefined ? {} : { parent }),
  });
  await world.settle();
  return new Run(world, address);
}

/** A running test: what may be done to the actors, and what can be seen of them. */
export class Run {
  readonly address: Address;
  readonly world: TestWorld;

  constructor(world: TestWorld, address: Address) {
    this.world = world;
    this.address = address;
  }

  /** Lets virtual time pass. */
  async advance(delayMs: number): Promise<void> {
    await this.world.advance(delayMs);
  }

  nowMs(): number {
    return this.world.nowMs;
  }

  /** Sends an event; resolves to the reason when it was refused. `from` makes it come from another actor. */
  async send(
    event: ActorEvent | { type: string },
    to?: Address,
    from?: Address,
  ): Promise<string | undefined> {
    const id = this.world.nextEnvelopeId();
    return this.deliver({
      v: 1,
      id,
      to: to ?? this.address,
      kind: 'event',
      event: event as ActorEvent,
      ...(from === undefined ? {} : { from }),
    });
  }

  /** Delivers any envelope: a repeated result, a late alarm. Resolves to the reason when it was refused. */
  async deliver(envelope: Envelope): Promise<string | undefined> {
    this.world.post(envelope);
    await this.world.settle();
    return this.world.refusals.find(({ envelopeId }) => envelopeId === envelope.id)?.reason;
  }

  /** Cancels, terminates, pauses or resumes the actor. */
  async control(
    kind: 'cancel' | 'terminate' | 'pause' | 'resume',
    { reason, to = this.address }: { reason?: string; to?: Address } = {},
  ): Promise<string | undefined> {
    return this.deliver({ v: 1, id: this.world.nextEnvelopeId(), to, kind, ...(reason && { reason }) });
  }

  /** Stops the actor, as its parent would. */
  async stop(to: Address = this.address): Promise<void> {
    await this.deliver({ v: 1, id: this.world.nextEnvelopeId(), to, kind: 'stop' });
  }

  /** Ends the oldest running attempt of an activity that hangs. */
  async finishActivity(name: string, answer: Scripted): Promise<void> {
    const pending = this.world.activities.running(name);
    if (answer.kind !== 'hangs') await this.world.activities.endAttempt(pending, answer);
    await this.world.settle();
  }

  /** The oldest running attempt of an activity reports details. */
  async heartbeat(name: string, details: Json): Promise<void> {
    const pending = this.world.activities.running(name);
    const { actor: to, childId, birth, attempt } = pending.task;
    const id = this.world.nextEnvelopeId();
    await this.deliver({ v: 1, id, to, kind: 'activity-progress', childId, birth, attempt, details });
  }

  /** Ends the oldest child actor that is not registered and has this child id (or type). */
  async finishChild(childId: string, answer: Scripted): Promise<void> {
    const child = this.world.foreign.started.find(
      ({ address, parent, ended }) =>
        !ended && (parent.childId === childId || partsOf(address).type === childId),
    );
    if (child === undefined) throw new Error(`No child actor '${childId}' is running outside of the test.`);
    if (answer.kind !== 'hangs') this.world.foreign.end(child, answer);
    await this.world.settle();
  }

  /** Inputs of an activity as its code got them, one for each attempt. */
  calls(name: string): (Json | undefined)[] {
    return this.world.activities.inputs(name);
  }

  /** Dispatched attempts of one activity, or of all. */
  tasks(name?: string): ActivityTask[] {
    return this.world.activities.tasks.filter((task) => name === undefined || task.name === name);
  }

  /** Names of activities whose running attempt was cancelled. */
  cancelled(): string[] {
    return this.world.activities.cancelled.map(({ name }) => name);
  }

  /** Names of activities with an attempt that runs. */
  running(): string[] {
    return this.world.activities.pending.filter(({ open }) => open).map(({ task }) => task.name);
  }

  /** Events to actors that are not part of the test. */
  sent(): Sent[] {
    return this.world.foreign.sent;
  }

  /** Child actors that are not registered, in order of their start. */
  children(): (StartedChild & { address: Address; parent: Address })[] {
    return this.world.foreign.started.map(({ address, parent, input }) => {
      const { type, service } = partsOf(address);
      return { address, type, service, childId: parent.childId, parent: parent.address, input };
    });
  }

  /** Actors outside of the test that were told to stop. */
  stopped(): Address[] {
    return this.world.foreign.stopped;
  }

  emitted(): ActorEvent[] {
    return this.world.emitted;
  }

  logged(): { label?: string; value: Json }[] {
    return this.world.logged;
  }

  /** All effects of all steps, in order. */
  effects(): Effect[] {
    return this.world.effects;
  }

  refusals(): readonly { envelopeId: string; reason: string }[] {
    return this.world.refusals;
  }

  /** Address of the youngest actor, in the test or outside of it, with this child id, type or id. */
  addressOf(name: string): Address {
    const inside = [...this.world.records.values()].map(({ address, parent }) => ({
      address,
      childId: parent?.childId,
    }));
    const outside = this.world.foreign.started.map(({ address, parent }) => ({
      address,
      childId: parent.childId,
    }));
    const found = [...outside, ...inside].findLast(({ address, childId }) => {
      const { type, id } = partsOf(address);
      return childId === name || type === name || id === name;
    });
    if (found === undefined) throw new Error(`There is no actor '${name}'.`);
    return found.address;
  }

  record(address: Address = this.address): ActorRecord {
    const record = this.world.records.get(address);
    if (record === undefined) throw new Error(`There is no actor ${address} in the test.`);
    return record;
  }

  view(address: Address = this.address): ActorView {
    const record = this.record(address);
    const { type } = partsOf(address);
    const definition = this.world.definitions.find((declared) => declared.type === type);
    if (definition === undefined) throw new Error(`There is no definition for ${address}.`);
    const kernel = createKernel();
    return kernel.view(kernel.register(definition), record);
  }

  /** Views of all actors of the test, in order of birth. */
  tree(): ActorView[] {
    return [...this.world.records.keys()].map((address) => this.view(address));
  }

  value(address?: Address): StateValue {
    return this.record(address).state.value;
  }

  status(address?: Address): ActorStatus {
    return this.record(address).status;
  }

  output(address?: Address): Json | undefined {
    return this.record(address).state.output;
  }

  error(address?: Address): Failure | undefined {
    return this.record(address).state.error;
  }
}
