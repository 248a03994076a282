/**
 * The bus in memory: what the streams of a deployment hold, and the rules by which the server changes them.
 *
 * M1 A commit is checked (revision, epoch) and applied in one turn: nobody sees half of it.
 * M2 Sequences rise per stream, as on the server; a deleted entry's sequence is never used again.
 * M3 Relays, alarms and tasks are delivered at least once and survive every process.
 * M4 With `delayMs`, everything between a node and the bus takes time, and what the bus pushes to a node keeps its
 *    order per subscription only; what is under way arrives even after the subscription was closed.
 */
import type { ActivityTask } from '#contracts/activity-task.ts';
import { partsOf, type Address } from '#contracts/address.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { StepNote } from '#contracts/step-note.ts';
import type { DirectAnswer, DirectAsk } from '#contracts/direct-ask.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Json } from '#contracts/json.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';
import type { EncodedCommit } from '../commit-encoding.ts';
import { encodeCommit, taskName } from '../commit-encoding.ts';
import { HISTORY_STEPS_MAX } from '../history-steps.ts';
import type { Clock, Commit, LogEntry, NotedStep, PartitionOwner } from '../ports.ts';
import { CommitConflict, OwnershipLost } from '../runtime-error.ts';
import { createMemoryCasStore } from './memory-cas-store.ts';
import { MemoryAskListeners } from './memory-ask-listeners.ts';
import { MemoryNearMarks } from './memory-near-marks.ts';
import { MemoryStepOffers } from './memory-step-offers.ts';
import { MemoryTaskQueue, type QueueLuck } from './memory-task-queue.ts';

type StoredText = { record: string; view: ActorView; revision: number; expiresAtMs?: number };
type Log = {
  sequence: number;
  entries: LogEntry[];
  readers: Set<(entry: LogEntry) => void>;
  /** Sequences by the ids of what was stored. */
  ids: Map<string, number>;
};

/** One service's share of the bus. */
export class MemoryService {
  readonly name: string;
  readonly records = new Map<Address, StoredText>();
  /** The newest steps of each actor. */
  readonly histories = new Map<Address, StepNote[]>();
  readonly owners = new Map<number, PartitionOwner>();
  readonly ownerWatchers = new Set<(owner: PartitionOwner) => void>();
  readonly mailbox: Log = newLog();
  readonly ingress: Log = newLog();
  readonly near = new MemoryNearMarks();
  readonly queues = new Map<string, MemoryTaskQueue>();
  readonly cancelListeners = new Set<(cancel: { actor: Address; childId: string; birth: number }) => void>();
  readonly alarms = new Map<Address, AbortController>();
  readonly stepOffers = new MemoryStepOffers();
  readonly directAsks = new MemoryAskListeners();

  constructor(name: string) {
    this.name = name;
  }
}

export class MemoryBus {
  readonly clock: Clock;
  readonly topology: Topology;
  /** How long the next thing that travels between a node and the bus takes, in milliseconds. */
  readonly delayMs: (() => number) | undefined;
  readonly dead: { entry: LogEntry; reason: string }[] = [];
  /** What all replicas share besides streams: the rates of queues. */
  readonly table = createMemoryCasStore();
  /** Large payloads by digest. */
  readonly blobs = new Map<string, Uint8Array>();
  /** Requesters that wait for an answer, by the name they gave. */
  readonly inboxes = new Map<string, (answer: Json) => void>();
  readonly viewWatchers = new Set<(view: ActorView) => void>();
  readonly stepWatchers = new Set<(step: NotedStep) => void>();
  /** Nodes that joined, by service. */
  readonly members = new Map<string, Map<string, (nodes: readonly string[]) => void>>();
  readonly #services = new Map<string, MemoryService>();
  readonly #parked = new Set<string>();
  readonly #luck: QueueLuck;
  #revision = 0;

  /**
   * @param args.delayMs absent: calls and deliveries take no time
   * @param args.luck what goes wrong with loans of tasks
   */
  constructor(args: { clock: Clock; topology: Topology; delayMs?: () => number; luck?: QueueLuck }) {
    this.clock = args.clock;
    this.topology = args.topology;
    this.delayMs = args.delayMs;
    this.#luck = args.luck ?? {};
  }

  service(name: string): MemoryService {
    const known = this.#services.get(name);
    if (known) return known;
    const created = new MemoryService(name);
    this.#services.set(name, created);
    return created;
  }

  queue(service: string, queue: string): MemoryTaskQueue {
    const { queues } = this.service(service);
    const known = queues.get(queue);
    if (known) return known;
    const created = new MemoryTaskQueue(this.clock, this.#luck);
    queues.set(queue, created);
    return created;
  }

  /** Changes the owner of a partition when its epoch is the expected one; the new epoch, or null. */
  own(service: string, args: { partition: number; node: string | null; expected: number }): number | null {
    const home = this.service(service);
    const { partition, node, expected } = args;
    if ((home.owners.get(partition)?.epoch ?? 0) !== expected) return null;
    const owner = { partition, node, epoch: this.nextRevision() };
    home.owners.set(partition, owner);
    for (const watcher of home.ownerWatchers) watcher(owner);
    return owner.epoch;
  }

  /** Forgets the entries of a log below a sequence. */
  purge(service: string, args: { log: LogEntry['log']; partition: number; belowSequence: number }): void {
    const log = this.service(service)[args.log];
    const { partition, belowSequence } = args;
    log.entries = log.entries.filter(
      (entry) => entry.partition !== partition || entry.sequence >= belowSequence,
    );
  }

  /** What a node tells a waiting requester. */
  reply(to: string, answer: DirectAnswer): void {
    this.inboxes.get(to)?.(JSON.parse(JSON.stringify(answer)) as Json);
  }

  /** Parks an entry once, however often it is tried. */
  park(service: string, parked: { entry: LogEntry; reason: string }): void {
    const { log, partition, sequence } = parked.entry;
    const source = `${service}-${log}-${partition}-${sequence}`;
    if (this.#parked.has(source)) return;
    this.#parked.add(source);
    this.dead.push(parked);
  }

  /** The record of an actor, as long as it is kept. */
  stored(service: string, address: Address): StoredText | undefined {
    const { records } = this.service(service);
    const stored = records.get(address);
    if ((stored?.expiresAtMs ?? Infinity) > this.clock.nowMs()) return stored;
    records.delete(address);
    return undefined;
  }

  /** Applies a commit or throws; returns the new revision. */
  commit(service: string, commit: Commit): number {
    const home = this.service(service);
    const { address } = commit.record;
    const encoded = encodeCommit(commit);
    if ((this.stored(service, address)?.revision ?? 0) !== commit.expectedRevision)
      throw new CommitConflict(address);
    const fenced = encoded.parts.length > 0;
    if (fenced && home.owners.get(commit.partition)?.epoch !== commit.epoch)
      throw new OwnershipLost(commit.partition);
    const revision = this.nextRevision();
    const expiresAtMs = this.clock.nowMs() + (commit.expireAfterMs ?? Infinity);
    home.records.set(address, { record: encoded.record, view: commit.view, revision, expiresAtMs });
    this.#applyParts(home, { commit, encoded });
    for (const watcher of this.viewWatchers) watcher(commit.view);
    this.#note(home, { view: commit.view, note: StepNote.parse(JSON.parse(encoded.note)) });
    return revision;
  }

  #note(home: MemoryService, step: NotedStep): void {
    const { address } = step.view;
    const notes = home.histories.get(address) ?? [];
    notes.push(step.note);
    if (notes.length > HISTORY_STEPS_MAX) notes.shift();
    home.histories.set(address, notes);
    for (const watcher of this.stepWatchers) watcher(step);
  }

  nextRevision(): number {
    this.#revision += 1;
    return this.#revision;
  }

  /** Hands a direct ask to one of those who listen; false when nobody does. */
  askDirectly(ask: DirectAsk): boolean {
    const { to } = ask.envelope;
    const { partition } = placeOf(to, this.topology);
    const listener = this.service(partsOf(to).service).directAsks.pick(partition);
    listener?.(JSON.stringify(ask));
    return listener !== undefined;
  }

  /** Appends to the ingress of the receiver's service; a known id is stored once. Its sequence. */
  deliver(envelope: Envelope): number {
    const home = this.service(partsOf(envelope.to).service);
    const known = home.ingress.ids.get(envelope.id);
    if (known !== undefined) return known;
    const { sequence } = this.append('ingress', { home, envelope });
    home.ingress.ids.set(envelope.id, sequence);
    return sequence;
  }

  /** Appends raw text as a foreign client could: it need not be an envelope. */
  deliverRaw(args: { service: string; partition: number; raw: string }): void {
    const { ingress } = this.service(args.service);
    ingress.sequence += 1;
    const entry: LogEntry = {
      log: 'ingress',
      partition: args.partition,
      sequence: ingress.sequence,
      envelope: null,
      reason: 'ENVELOPE_INVALID: not an envelope',
      raw: args.raw,
    };
    ingress.entries.push(entry);
    for (const reader of ingress.readers) reader(entry);
  }

  #applyParts(home: MemoryService, args: { commit: Commit; encoded: EncodedCommit }): void {
    const { commit, encoded } = args;
    const { address } = commit.record;
    if (encoded.clearsAlarm) this.#clearAlarm(home, address);
    for (const part of encoded.parts) {
      if (part.kind === 'envelope') this.#relay(home, { from: address, envelope: part.envelope });
      else if (part.kind === 'near-mark') this.#keepMark(home, { commit, node: part.mark.node });
      else if (part.kind === 'task') this.dispatch(home.name, part.task);
      else if (part.kind === 'alarm') this.#setAlarm(home, part.envelope);
    }
    for (const effect of commit.effects) {
      if (effect.kind !== 'cancel-activity') continue;
      const cancel = { actor: address, childId: effect.childId, birth: effect.birth };
      for (const listener of home.cancelListeners) listener(cancel);
    }
  }

  #relay(home: MemoryService, args: { from: Address; envelope: Envelope }): void {
    const { envelope } = args;
    const own = placeOf(args.from, this.topology);
    const near =
      partsOf(envelope.to).service === home.name && placeOf(envelope.to, this.topology).shard === own.shard;
    if (near) this.append('mailbox', { home, envelope });
    else this.deliver(envelope);
  }

  protected append(name: LogEntry['log'], args: { home: MemoryService; envelope: Envelope }): LogEntry {
    const { home, envelope } = args;
    const log = home[name];
    log.sequence += 1;
    const raw = JSON.stringify(envelope);
    const entry: LogEntry = {
      log: name,
      partition: placeOf(envelope.to, this.topology).partition,
      sequence: log.sequence,
      envelope: JSON.parse(raw) as Envelope,
      raw,
    };
    log.entries.push(entry);
    for (const reader of log.readers) reader(entry);
    return entry;
  }

  #keepMark(home: MemoryService, { commit, node }: { commit: Commit; node: string }): void {
    const { partition, record } = commit;
    home.near.put({ actor: record.address, node, partition, sequence: this.nextRevision() });
  }

  /** Puts a task into its queue. */
  dispatch(service: string, task: ActivityTask): void {
    this.queue(service, task.queue).add(`${task.actor}/${task.childId}/${taskName(task)}`, task);
  }

  #setAlarm(home: MemoryService, envelope: Envelope): void {
    if (envelope.kind !== 'wake') return;
    this.#clearAlarm(home, envelope.to);
    const abort = new AbortController();
    home.alarms.set(envelope.to, abort);
    void this.clock.sleep(envelope.dueAtMs - this.clock.nowMs(), abort.signal).then(() => {
      if (abort.signal.aborted) return;
      home.alarms.delete(envelope.to);
      this.append('mailbox', { home, envelope });
    });
  }

  #clearAlarm(home: MemoryService, address: Address): void {
    // With a reason, because making the default one takes longer than all the rest.
    home.alarms.get(address)?.abort('cleared');
    home.alarms.delete(address);
  }
}

function newLog(): Log {
  return { sequence: 0, entries: [], readers: new Set(), ids: new Map() };
}
