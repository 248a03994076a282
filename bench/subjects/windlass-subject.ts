/** Windlass: one nats-server that calls fsync before every acknowledgement, one worker process. */
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { addressOf, type Address } from '#contracts/address.ts';
import type { ActorEvent, Envelope } from '#contracts/envelope.ts';
import { HEADER, STREAM, coreSubjects, viewsOfType } from '#contracts/subjects.ts';
import { Topology, placeOf } from '#contracts/topology.ts';
import { connectBus, type Bus } from '#bus/connect.ts';
import { readLast } from '#bus/stored-message.ts';
import { declareStreams } from '#bus/streams.ts';
import { directAsks } from '#runtime/jetstream/jetstream-asks.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { OwnSends } from '#runtime/own-sends.ts';
import type { Asks } from '#runtime/ports.ts';
import { startNatsServer, type NatsServer } from '#tools/nats-server.ts';
import type { Accounted } from '../measure.ts';
import { diskBytes } from '../process-usage.ts';
import { untilReady } from './until-ready.ts';
import { ENTITIES, HOP_SUBJECT, type Subject, type WorkflowInput, type WorkflowKind } from '../subject.ts';

const ANSWER_TIMEOUT_MS = 60_000;
const KINDS: readonly WorkflowKind[] = ['short', 'parent', 'sleeper', 'slow', 'flaky'];

export const WINDLASS_DURABILITY = 'always';

/** Bytes of what Windlass stores for one step: raw JetStream stores the same. */
export type Sizes = { eventBytes: number; recordBytes: number; viewBytes: number; sendBytes: number };

type Wait = { resolve: () => void; reject: (error: Error) => void };

export class WindlassSubject implements Subject {
  readonly name = 'windlass';
  readonly #topology = Topology.parse({ services: ['bench'] });
  readonly #answers = new Map<string, () => void>();
  readonly #ends = new Map<string, Wait>();
  readonly #inbox = `answers.${process.pid}.${Math.random().toString(36).slice(2)}`;
  readonly #asleep = new Set<string>();
  #dataDir = '';
  #server: NatsServer | undefined;
  #bus: Bus | undefined;
  #ingress: JetStreamIngress | undefined;
  #asks: Asks | undefined;
  #worker: ChildProcess | undefined;
  #sent = 0;

  async start(): Promise<void> {
    this.#dataDir = await mkdtemp(path.join(os.tmpdir(), 'windlass-bench-'));
    this.#server = await startNatsServer({ dataDir: this.#dataDir, syncInterval: WINDLASS_DURABILITY });
    this.#bus = await connectBus({ servers: [this.#server.url], name: 'bench' });
    // As in a client: what is asked does not overtake what was sent.
    const client = { bus: this.#bus, topology: this.#topology, sends: new OwnSends() };
    this.#ingress = new JetStreamIngress(client);
    this.#asks = directAsks(client);
    await declareStreams(this.#bus, this.#topology);
    this.#listen(this.#bus);
    await this.#bus.flush();
    await this.startWorker();
  }

  async stop(): Promise<void> {
    await this.#endWorker('SIGTERM');
    await this.#bus?.close();
    await this.#server?.stop();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  /** For the subject that shares the server. */
  get bus(): Bus {
    if (!this.#bus) throw new Error('The subject was not started.');
    return this.#bus;
  }

  /** Another connection to the server. */
  connect(name: string): Promise<Bus> {
    return connectBus({ servers: [this.url], name });
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  /** For what a process does by hand on the server, this one by default: it is the worker. */
  byHand(worker = process.pid): Accounted {
    return {
      processes: () => ({ server: this.processes().server, worker: [worker] }),
      diskBytes: () => this.diskBytes(),
    };
  }

  processes(): { server: number[]; worker: number[] } {
    return { server: [this.#server?.pid ?? 0], worker: [this.#worker?.pid ?? 0] };
  }

  diskBytes(): number {
    return diskBytes(this.#dataDir);
  }

  step = (index: number): Promise<void> => this.#ask(counter(index), { type: 'INC' });

  /** What a step needs besides the store: a request to the worker, and its answer. */
  hop = async (): Promise<void> => {
    await this.bus.request(HOP_SUBJECT);
  };

  /** The same, with the event stored before anybody takes it. */
  storedStep = (index: number): Promise<void> => this.#askStored(counter(index), { type: 'INC' });

  /** One step that sends to two others, its event stored first. */
  stepWithSends = (index: number): Promise<void> =>
    this.#askStored(counter(index), {
      type: 'INC_AND_SEND',
      to: [counter(index + 171), counter(index + 341)],
    });

  async run(kind: WorkflowKind, input: WorkflowInput): Promise<void> {
    const ended = this.ended(kind, input.id);
    await this.begin(kind, input);
    await ended;
  }

  async begin(kind: WorkflowKind, input: WorkflowInput): Promise<void> {
    await this.#start(kind, input);
  }

  ended(kind: WorkflowKind, id: string): Promise<void> {
    const known = this.#ends.get(addressOfRoot(kind, id));
    if (known) throw new Error(`Someone waits for ${id} already.`);
    return new Promise((resolve, reject) => this.#ends.set(addressOfRoot(kind, id), { resolve, reject }));
  }

  async asleep(): Promise<number> {
    return this.#asleep.size;
  }

  machines = {
    create: (id: string): Promise<void> => this.#start('ring', { id }),
    next: (id: string): Promise<void> => this.#ask(addressOfRoot('ring', id), { type: 'NEXT' }),
  };

  async killWorker(): Promise<void> {
    await this.#endWorker('SIGKILL');
  }

  async #endWorker(signal: NodeJS.Signals): Promise<void> {
    const worker = this.#worker;
    if (!worker || worker.exitCode !== null || worker.signalCode !== null) return;
    const gone = once(worker, 'exit');
    worker.kill(signal);
    await gone;
  }

  async startWorker(): Promise<void> {
    const script = path.join(import.meta.dirname, 'windlass-worker.ts');
    const flags = (process.env['WINDLASS_BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
    const child = spawn(process.execPath, [...flags, script, this.url], {
      // Compiled once, as a deployment would: stripping types at every start is not what is measured.
      env: { ...process.env, NODE_COMPILE_CACHE: path.join(os.tmpdir(), 'windlass-bench-compiled') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#worker = child;
    await untilReady(child);
  }

  async restartServer(): Promise<void> {
    await this.#server?.kill('SIGKILL');
    await this.#server?.restart();
  }

  async sizes(): Promise<Sizes> {
    const to = counter(0);
    await this.#ask(to, { type: 'INC' });
    const { shard } = placeOf(to, this.#topology);
    const stored = await readLast(this.bus, {
      stream: STREAM.core('bench', shard),
      subject: coreSubjects('bench', shard).record(to),
    });
    const envelope = JSON.stringify(this.#eventTo(to, { type: 'INC' }).envelope);
    return {
      eventBytes: envelope.length,
      sendBytes: envelope.length,
      recordBytes: stored?.data.length ?? 0,
      viewBytes: stored?.headers.get(HEADER.view.toLowerCase())?.length ?? 0,
    };
  }

  #listen(bus: Bus): void {
    bus.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error) return;
        this.#answers.get(message.subject)?.();
        this.#answers.delete(message.subject);
      },
    });
    for (const kind of KINDS) {
      bus.subscribe(viewsOfType('bench', kind), {
        callback: (error, message) => {
          if (!error) this.#seeView(message.headers?.get(HEADER.view) ?? '', kind);
        },
      });
    }
  }

  #seeView(text: string, kind: WorkflowKind): void {
    if (kind !== 'sleeper' && text.includes('"status":"active"')) return;
    const view = JSON.parse(text) as { address: string; status: string };
    if (kind === 'sleeper') this.#asleep.add(view.address);
    if (view.status === 'active') return;
    const wait = this.#ends.get(view.address);
    this.#ends.delete(view.address);
    if (view.status === 'done') wait?.resolve();
    else wait?.reject(new Error(`${view.address} ended as ${view.status}`));
  }

  async #start(type: string, input: WorkflowInput): Promise<void> {
    const to = addressOfRoot(type, input.id);
    await this.#asked({ v: 1, kind: 'start', id: `${to}/start`, to, input });
  }

  #send(envelope: Envelope): Promise<void> {
    if (!this.#ingress) throw new Error('The subject was not started.');
    return this.#ingress.send(envelope);
  }

  #eventTo(to: Address, event: ActorEvent): { replyTo: string; envelope: Envelope } {
    this.#sent += 1;
    const replyTo = `${this.#inbox}.${this.#sent}`;
    const id = `b${process.pid}-${this.#sent}`;
    return { replyTo, envelope: { v: 1, kind: 'event', id, to, event, replyTo } };
  }

  /** As a client asks. */
  async #ask(to: Address, event: ActorEvent): Promise<void> {
    if (!this.#asks) throw new Error('The subject was not started.');
    this.#sent += 1;
    const id = `b${process.pid}-${this.#sent}`;
    await this.#asked({ v: 1, kind: 'event', id, to, event });
  }

  async #asked(envelope: Envelope): Promise<void> {
    if (!this.#asks) throw new Error('The subject was not started.');
    const answer = await this.#asks.ask(envelope, ANSWER_TIMEOUT_MS);
    if (answer?.outcome !== 'applied') throw new Error(`${envelope.to} did not take ${envelope.id}`);
  }

  /** The actor's answer says that its step is committed: that the event is stored is not waited for. */
  #askStored(to: Address, event: ActorEvent): Promise<void> {
    const { replyTo, envelope } = this.#eventTo(to, event);
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer from ${to}`)), ANSWER_TIMEOUT_MS);
      this.#answers.set(replyTo, () => {
        clearTimeout(timer);
        resolve();
      });
      this.#send(envelope).catch(reject);
    });
  }
}

function counter(index: number): Address {
  return addressOfRoot('counter', `c${index % ENTITIES}`);
}

function addressOfRoot(type: string, id: string): Address {
  return addressOf({ service: 'bench', type, root: id, id });
}
