/** Starts durable actors and talks to them. Needs a nats-server; a worker only where something must be decided. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { declareStreams } from '#bus/streams.ts';
import { ActorId, addressOf } from '#contracts/address.ts';
import type { Envelope, StartConflict } from '#contracts/envelope.ts';
import type { Json } from '#contracts/json.ts';
import { check } from '#define/contract.ts';
import type { AnyDurable } from '#define/durable.ts';
import type { LargePayload } from '#contracts/large-payload.ts';
import { directAsks } from '#runtime/jetstream/jetstream-asks.ts';
import { JetStreamBlobs } from '#runtime/jetstream/jetstream-blobs.ts';
import { JetStreamHistories } from '#runtime/jetstream/jetstream-histories.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { OwnSends } from '#runtime/own-sends.ts';
import { JetStreamRecordStore } from '#runtime/jetstream/jetstream-record-store.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { loadPayload } from '#runtime/large-payloads.ts';
import type { Blobs } from '#runtime/ports.ts';
import { ActivityHandle, assertTokenOf, type AnyActivity } from './activity-handle.ts';
import { ActorHandle, ANSWER_TIMEOUT_MS, type ClientPorts } from './actor-handle.ts';
import { ClientError, type ClientErrorCode } from './client-error.ts';
import { joinDeployment, type DeploymentOptions } from './deployment.ts';

export { ActivityTokenError } from '#runtime/activity-completion.ts';
export { PayloadError } from '#runtime/large-payloads.ts';
export { ActorFailed, ClientError } from './client-error.ts';

type Given<Schema extends z.ZodType> =
  undefined extends z.input<Schema> ? { input?: z.input<Schema> } : { input: z.input<Schema> };

export type StartOptions<D extends AnyDurable> = {
  /** Names the actor for ever: up to 128 of [A-Za-z0-9_-]. A natural name (`order-42`) makes starts repeatable. */
  id: string;
  /**
   * When the id is taken, by an actor that runs or one that ended and is still kept: `fail` (default) throws
   * `ACTOR_EXISTS`; `use-existing` gives a handle to it; `replace` terminates it, stops all its work, and starts anew.
   */
  onConflict?: StartConflict;
  /**
   * `started` (default): until a worker has committed the first step, or refused. `stored`: no worker needs to run, and
   * nobody hears whether the id is taken; the first of two starts wins, unless `onConflict` says `replace`.
   */
  waitFor?: 'started' | 'stored';
  /** How long a worker may take to decide, in milliseconds. Default 10 s. */
  timeoutMs?: number;
} & Given<D['contract']['input']>;

export class Client {
  readonly #ports: ClientPorts & { blobs: Blobs };
  readonly #service: string;
  readonly #close: () => Promise<void>;

  constructor(args: { ports: ClientPorts & { blobs: Blobs }; service: string; close: () => Promise<void> }) {
    this.#ports = args.ports;
    this.#service = args.service;
    this.#close = args.close;
  }

  /**
   * Starts an actor and returns when its first step is committed. Await it before you send: what is sent meanwhile may
   * come before the actor is there.
   * @throws ClientError `ACTOR_EXISTS`, `INPUT_INVALID`, `ACTOR_TYPE_UNKNOWN`; `NO_ANSWER` when no worker decided in
   * time: it starts when one runs, and `get` reaches it.
   */
  async start<D extends AnyDurable>(actor: D, options: StartOptions<D>): Promise<ActorHandle<D>> {
    const handle = this.get(actor, options.id);
    const { onConflict = 'fail', timeoutMs = ANSWER_TIMEOUT_MS } = options;
    const input = check(actor.contract.input, options.input);
    if ('problem' in input) {
      throw new ClientError('INPUT_INVALID', `The input of '${actor.contract.id}': ${input.problem}`);
    }
    const id = `start-${randomUUID()}`;
    const start: Envelope = {
      v: 1,
      kind: 'start',
      id,
      to: handle.address,
      onConflict,
      ...(input.value === undefined ? {} : { input: input.value as Json }),
    };
    if (options.waitFor === 'stored') {
      await this.#ports.ingress.send(start);
      return handle;
    }
    const answer = await this.#ports.asks.ask(start, timeoutMs);
    const refused = answer === null ? await this.#unanswered(handle, { id, onConflict }) : answer.reason;
    if (refused === undefined) return handle;
    const [code = ''] = refused.split(':', 1);
    throw new ClientError(code as ClientErrorCode, `${refused}. ${adviceFor(code)}`.trim());
  }

  /** A handle to an actor that is, or will be, there. */
  get<D extends AnyDurable>(actor: D, id: string): ActorHandle<D> {
    const root = ActorId.parse(id);
    const address = addressOf({ service: this.#service, type: actor.contract.id, root, id: root });
    return new ActorHandle(this.#ports, actor, address);
  }

  /**
   * The attempt of an activity that a token names: its code called `completeLater()`, and its result is to be given here.
   * @throws ActivityTokenError when the token is of another service
   */
  activity<A extends AnyActivity>(activity: A, token: string): ActivityHandle<A> {
    assertTokenOf(this.#service, token);
    return new ActivityHandle(this.#ports, activity, token);
  }

  /** What a reference in a context or an output stands for. @throws PayloadError */
  async payload(reference: LargePayload): Promise<Json> {
    return loadPayload(this.#ports.blobs, reference);
  }

  async close(): Promise<void> {
    await this.#close();
  }

  /** The answer was lost, or nobody decided: the record tells whose start it was. The reason when it was refused. */
  async #unanswered<D extends AnyDurable>(
    { address }: ActorHandle<D>,
    { id, onConflict }: { id: string; onConflict: StartConflict },
  ): Promise<string | undefined> {
    const record = (await this.#ports.store.load(address))?.record;
    if (record?.startedBy === id || (record && onConflict === 'use-existing')) return undefined;
    if (record && onConflict === 'fail') return `ACTOR_EXISTS: ${address} exists already (${record.status})`;
    return `NO_ANSWER: no worker of '${this.#service}' has decided on the start of ${address} yet`;
  }
}

function adviceFor(code: string): string {
  switch (code) {
    case 'ACTOR_EXISTS':
      return "Choose another id, or say onConflict: 'use-existing' or 'replace'.";
    case 'ACTOR_TYPE_UNKNOWN':
      return 'Give the actor to runWorker({ actors }) of a worker of this service.';
    case 'NO_ANSWER':
      return 'It is stored and starts when one runs.';
    default:
      return '';
  }
}

/** Connects to a service. @throws Error when no server answers */
export async function connect(options: DeploymentOptions = {}): Promise<Client> {
  const { bus, service, topology } = await joinDeployment(options, 'client');
  await declareStreams(bus, topology);
  const binding = { bus, topology, service, node: 'client', sends: new OwnSends() };
  return new Client({
    service,
    ports: {
      asks: directAsks(binding),
      blobs: new JetStreamBlobs(binding),
      ingress: new JetStreamIngress(binding),
      store: new JetStreamRecordStore(binding),
      views: new JetStreamViews(binding),
      histories: new JetStreamHistories(binding),
    },
    close: () => bus.close(),
  });
}
