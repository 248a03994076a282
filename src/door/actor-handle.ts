/** One actor, as a client sees it. */
import { randomUUID } from 'node:crypto';
import type { StateFrom, StateValueFrom, TagsFrom } from 'xstate';
import type { z } from 'zod';
import type { ActorStatus } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';
import type { Answer } from '#contracts/answer.ts';
import { ActorEvent, type Envelope } from '#contracts/envelope.ts';
import type { StepNote } from '#contracts/step-note.ts';
import type { EmittedOf, SentEventsOf } from '#define/contract.ts';
import type { AnyDurable } from '#define/durable.ts';
import type { Asks, Histories, Ingress, RecordStore, Views } from '#runtime/ports.ts';
import { followSteps } from './actor-history.ts';
import { snapshotOf, type ActorSnapshot } from './actor-snapshot.ts';
import { untilFound } from './actor-watch.ts';
import { ActorFailed, ClientError } from './client-error.ts';

/** Default wait for an answer, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 10_000;

export type ClientPorts = {
  asks: Asks;
  ingress: Ingress;
  store: Pick<RecordStore, 'load'>;
  views: Views;
  histories: Histories;
};

/**
 * Events of one key are applied once, whenever they come (the last 128 keys of an actor are remembered). Without a key
 * an event counts once for each call.
 */
export type SendOptions = { idempotencyKey?: string };

/** The actor right after the step that took the event. */
export type Asked<D extends AnyDurable> = {
  status: ActorStatus;
  value: StateFrom<D['machine']>['value'];
  /** An event of the same key was applied before; nothing happened now. */
  repeated: boolean;
  /** What the step emitted. */
  emitted: readonly ActorEvent[];
};

/** What to wait for. */
export type Wanted<D extends AnyDurable> =
  | { state: StateValueFrom<D['machine']> }
  | { tag: TagsFrom<D['machine']> }
  | ((snapshot: ActorSnapshot<D>) => boolean);

export type FollowOptions = { fromStep?: number; signal?: AbortSignal };

type EventOf<D extends AnyDurable> = SentEventsOf<D['contract']['events']>;
type Control = 'cancel' | 'terminate' | 'pause' | 'resume';

export class ActorHandle<D extends AnyDurable> {
  readonly address: Address;
  readonly #ports: ClientPorts;
  readonly #actor: D;

  constructor(ports: ClientPorts, actor: D, address: Address) {
    this.#ports = ports;
    this.#actor = actor;
    this.address = address;
  }

  /** Stores an event; it is applied when a worker owns the actor. @throws ClientError `EVENT_INVALID` */
  async send(event: EventOf<D>, options: SendOptions = {}): Promise<void> {
    await this.#ports.ingress.send(this.#envelopeOf(event, options));
  }

  /**
   * Sends an event and waits until its step is committed.
   * @throws ClientError `EVENT_REFUSED` when the machine does not take it now: nothing happened; `EVENT_INVALID`;
   * `ACTOR_UNKNOWN`; `NO_ANSWER` when it is not decided in time
   */
  async ask(event: EventOf<D>, options: SendOptions & { timeoutMs?: number } = {}): Promise<Asked<D>> {
    const answer = await this.#decided(this.#envelopeOf(event, options), options.timeoutMs);
    return {
      status: answer.status ?? 'active',
      value: answer.value as Asked<D>['value'],
      repeated: answer.repeated === true && options.idempotencyKey !== undefined,
      emitted: answer.emitted ?? [],
    };
  }

  /** The actor as stored, never older than its last commit. @throws ClientError `ACTOR_UNKNOWN`, `CONTEXT_INVALID` */
  async snapshot(): Promise<ActorSnapshot<D>> {
    const stored = await this.#ports.store.load(this.address);
    if (stored) return snapshotOf(this.#actor, stored.record);
    throw new ClientError('ACTOR_UNKNOWN', `${this.address} does not exist. Start it first.`);
  }

  /**
   * Waits for a state, a tag, or anything else. An actor that does not exist yet is waited for.
   * @throws ClientError `WAIT_ENDED` when the actor ended without it, `WAIT_TIMEOUT`
   */
  async waitFor(wanted: Wanted<D>, options: { timeoutMs?: number } = {}): Promise<ActorSnapshot<D>> {
    const name = nameOf(wanted);
    return this.#until(name, options.timeoutMs, (snapshot) => {
      if (isAsWanted(snapshot, wanted)) return true;
      if (snapshot.status === 'active') return false;
      throw new ClientError(
        'WAIT_ENDED',
        `${this.address} ended with status '${snapshot.status}' and never came to ${name}.`,
      );
    });
  }

  /** Waits for the end and returns the output. @throws ActorFailed when there is none, ClientError `WAIT_TIMEOUT` */
  async result(options: { timeoutMs?: number } = {}): Promise<z.output<D['contract']['output']>> {
    const ended = await this.#until('its end', options.timeoutMs, ({ status }) => status !== 'active');
    if (ended.status === 'done') return ended.output as z.output<D['contract']['output']>;
    throw new ActorFailed({
      address: this.address,
      status: ended.status === 'error' ? 'error' : 'stopped',
      failure: ended.error ?? { code: 'ACTOR_STOPPED', message: 'It was stopped.', kind: 'terminal' },
    });
  }

  /**
   * What it did, step by step, oldest first: the newest 1,000 steps, for seven days.
   * @param options.fromStep first step wanted; absent: the newest ones
   * @param options.limit at most so many; default 100
   */
  history(options: { fromStep?: number; limit?: number } = {}): Promise<readonly StepNote[]> {
    return this.#ports.histories.read(this.address, options);
  }

  /** The same from `fromStep` (default 1) on, and then each step as it happens. Ends with the actor, or by `signal`. */
  follow(options: FollowOptions = {}): AsyncIterable<StepNote> {
    const { fromStep = 1, signal } = options;
    return followSteps({ ...this.#ports, address: this.address, fromStep, signal });
  }

  /** What it emits, from `fromStep` (default 1) on, as it happens. Ends with the actor, or by `signal`. */
  async *emitted(options: FollowOptions = {}): AsyncIterable<EmittedOf<D['contract']['emits']>> {
    for await (const { emitted } of this.follow(options)) {
      yield* emitted as EmittedOf<D['contract']['emits']>[];
    }
  }

  /** Asks the machine to end, by the event `windlass.cancel`: it may compensate first. Ends it when nothing takes that. */
  cancel(options: { reason?: string } = {}): Promise<void> {
    return this.#control('cancel', options);
  }

  /** Ends the actor at once, with all its children and activities; the machine is not asked. */
  terminate(options: { reason?: string } = {}): Promise<void> {
    return this.#control('terminate', options);
  }

  /** From now on nothing is applied; what arrives is kept. */
  pause(options: { reason?: string } = {}): Promise<void> {
    return this.#control('pause', options);
  }

  /** Applies what was kept, in order, and goes on. */
  resume(options: { reason?: string } = {}): Promise<void> {
    return this.#control('resume', options);
  }

  async #control(kind: Control, { reason }: { reason?: string }): Promise<void> {
    await this.#decided({
      v: 1,
      kind,
      id: `${kind}-${randomUUID()}`,
      to: this.address,
      ...(reason === undefined ? {} : { reason }),
    });
  }

  async #decided(envelope: Envelope, timeoutMs = ANSWER_TIMEOUT_MS): Promise<Answer> {
    const answer = await this.#ports.asks.ask(envelope, timeoutMs);
    if (answer === null) {
      throw new ClientError(
        'NO_ANSWER',
        `No worker decided within ${timeoutMs} ms what becomes of the ${envelope.kind} for ${this.address}. ` +
          'It is stored and will be decided; use a key to send it again.',
      );
    }
    if (answer.outcome === 'applied') return answer;
    throw refusal(this.address, envelope, answer);
  }

  #envelopeOf(event: EventOf<D>, { idempotencyKey }: SendOptions): Envelope {
    const checked = this.#actor.contract.checks.event?.(ActorEvent.parse(event));
    if (checked && 'problem' in checked) throw new ClientError('EVENT_INVALID', checked.problem);
    return {
      v: 1,
      kind: 'event',
      id: `event-${randomUUID()}`,
      to: this.address,
      event: checked?.value ?? ActorEvent.parse(event),
      ...(idempotencyKey === undefined ? {} : { key: idempotencyKey }),
    };
  }

  #until(
    wanted: string,
    timeoutMs: number | undefined,
    test: (snapshot: ActorSnapshot<D>) => boolean,
  ): Promise<ActorSnapshot<D>> {
    const look = async (): Promise<ActorSnapshot<D> | undefined> => {
      const stored = await this.#ports.store.load(this.address);
      const snapshot = stored && snapshotOf(this.#actor, stored.record);
      return snapshot && test(snapshot) ? snapshot : undefined;
    };
    return untilFound({ views: this.#ports.views, address: this.address, look, timeoutMs, wanted });
  }
}

function refusal(address: Address, envelope: Envelope, { reason = '', value, status }: Answer): ClientError {
  if (reason.startsWith('EVENT_INVALID')) return new ClientError('EVENT_INVALID', reason);
  if (reason.startsWith('ACTOR_UNKNOWN')) return new ClientError('ACTOR_UNKNOWN', reason);
  const what = envelope.kind === 'event' ? `'${envelope.event.type}'` : `a ${envelope.kind}`;
  const where = status === undefined ? '' : ` It is in ${JSON.stringify(value)}, status '${status}'.`;
  return new ClientError('EVENT_REFUSED', `${address} does not take ${what} now: ${reason}.${where}`);
}

function isAsWanted<D extends AnyDurable>(snapshot: ActorSnapshot<D>, wanted: Wanted<D>): boolean {
  if (typeof wanted === 'function') return wanted(snapshot);
  return 'tag' in wanted ? snapshot.hasTag(wanted.tag) : snapshot.matches(wanted.state);
}

function nameOf<D extends AnyDurable>(wanted: Wanted<D>): string {
  if (typeof wanted === 'function') return 'what was waited for';
  return 'tag' in wanted ? `the tag '${String(wanted.tag)}'` : `the state ${JSON.stringify(wanted.state)}`;
}
