/** A bus that writes down what happens on it, judges each commit, and can be weakened on purpose. */
import { partsOf } from '#contracts/address.ts';
import type { DirectAnswer, DirectAsk } from '#contracts/direct-ask.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Json } from '#contracts/json.ts';
import type { Topology } from '#contracts/topology.ts';
import { MemoryBus, type MemoryService } from '#runtime/memory/memory-bus.ts';
import type { Clock, Commit, LogEntry } from '#runtime/ports.ts';
import type { NodePorts } from '#runtime/node.ts';
import { History, type Attempted } from './history.ts';
import { ReadsBehind } from './reads-behind.ts';
import type { SeededRandom } from './seeded-random.ts';

/**
 * A promise that the bus breaks, to prove that a judge sees it:
 * - `no-compare-and-set-and-no-fence`: every commit is taken, also a zombie's
 * - `lose-after-ack`: now and then what was acknowledged is not stored
 * - `torn-commit`: now and then a record is stored without what it sends
 * - `deliver-twice`: a relay stores what it delivers a second time, as news
 * - `reorder`: a reader gets two entries in the wrong order
 * - `forget-too-much`: a purge takes the oldest entry that is still needed
 */
export type Weakness =
  | 'no-compare-and-set-and-no-fence'
  | 'lose-after-ack'
  | 'torn-commit'
  | 'deliver-twice'
  | 'reorder'
  | 'forget-too-much';

export type SimulatedBusOptions = {
  clock: Clock;
  topology: Topology;
  random: SeededRandom;
  weaken?: Weakness;
};

const DELAY_MS_MAX = 40;
const LATE_MS_MAX = 900;
const SOME = 0.08;
const REPEATED = 0.1;
const ACKS_LOST = 0.05;
/** Of the tasks that are lent again. */
const ASKS_AGAIN = 0.5;

export class SimulatedBus extends MemoryBus {
  readonly history = new History();
  readonly #weaken: Weakness | undefined;
  readonly #random: SeededRandom;
  readonly #behind: ReadsBehind;
  #calm = false;

  constructor({ clock, topology, random, weaken }: SimulatedBusOptions) {
    const travel = random.fork();
    const acks = random.fork();
    const isCalm = { now: () => false };
    // Mostly quick; now and then so late that others have moved on.
    super({
      clock,
      topology,
      delayMs: () => (travel.chance(0.02) ? travel.between(0, LATE_MS_MAX) : travel.between(0, DELAY_MS_MAX)),
      luck: {
        losesAck: () => acks.chance(ACKS_LOST) && !isCalm.now(),
        asksAgain: () => acks.chance(ASKS_AGAIN) && !isCalm.now(),
      },
    });
    isCalm.now = () => this.#calm;
    this.#random = random.fork();
    this.#behind = new ReadsBehind({ clock, random: random.fork(), isCalm: () => this.#calm });
    this.#weaken = weaken;
  }

  /** Nothing gets lost any more. */
  get isCalm(): boolean {
    return this.#calm;
  }

  /** From now on nothing gets lost. */
  endFaults(): void {
    this.#calm = true;
    this.history.add({ kind: 'calm', atMs: this.clock.nowMs() });
  }

  /** Adds a line to what makes two runs the same. */
  note(line: string): void {
    this.history.note(this.clock.nowMs(), line);
  }

  /** Code of an activity begins to run. */
  noteAttempt(attempt: Omit<Attempted, 'kind'>): void {
    const { node, name, idempotencyKey } = attempt;
    this.note(`attempt ${node} ${name} ${idempotencyKey} ${attempt.attempt}`);
    this.history.add({ kind: 'attempted', atMs: this.clock.nowMs(), ...attempt });
  }

  override commit(service: string, commit: Commit): number {
    const revision = super.commit(service, this.#weakened(service, commit));
    const { record, expectedRevision, partition, epoch, effects } = commit;
    const { address, state } = record;
    this.note(`commit ${address} ${record.step} ${revision} ${epoch} ${JSON.stringify(state.value)}`);
    const stored = this.service(service).records.get(address)?.record ?? '';
    this.#behind.committed(address, { revision, record: stored, view: commit.view });
    const atMs = this.clock.nowMs();
    const step = { record, stored, revision, expectedRevision, partition, epoch, effects };
    this.history.add({ kind: 'committed', atMs, service, address, ...step });
    return revision;
  }

  override own(service: string, args: { partition: number; node: string | null; expected: number }) {
    const epoch = super.own(service, args);
    const { partition, node } = args;
    this.note(`own ${service} ${partition} ${node} ${epoch}`);
    if (epoch !== null) {
      this.#behind.owned(epoch);
      this.history.add({ kind: 'owned', atMs: this.clock.nowMs(), service, partition, node, epoch });
    }
    return epoch;
  }

  override purge(service: string, args: Parameters<MemoryBus['purge']>[1]): void {
    super.purge(service, args);
    this.history.add({ kind: 'purged', atMs: this.clock.nowMs(), service, ...args });
  }

  override park(service: string, parked: { entry: LogEntry; reason: string }): void {
    super.park(service, parked);
    this.note(`park ${service} ${parked.reason}`);
    this.history.add({ kind: 'parked', atMs: this.clock.nowMs(), service, ...parked });
  }

  override reply(to: string, answer: DirectAnswer): void {
    super.reply(to, answer);
    this.history.add({
      kind: 'replied',
      atMs: this.clock.nowMs(),
      to,
      answer: JSON.parse(JSON.stringify(answer)) as Json,
    });
  }

  protected override append(
    name: LogEntry['log'],
    args: { home: MemoryService; envelope: Envelope },
  ): LogEntry {
    const entry = super.append(name, args);
    const { log, partition, sequence, raw } = entry;
    const { envelope } = args;
    const service = args.home.name;
    const atMs = this.clock.nowMs();
    if (name === 'ingress') this.#behind.accepted(service, partition, sequence);
    this.note(`accept ${service} ${log} ${sequence} ${envelope.id}`);
    this.history.add({ kind: 'accepted', atMs, service, log, partition, sequence, envelope, raw });
    return entry;
  }

  override askDirectly(ask: DirectAsk): boolean {
    this.note(`ask ${ask.envelope.id}`);
    this.history.add({ kind: 'asked', atMs: this.clock.nowMs(), envelope: ask.envelope });
    return super.askDirectly(ask);
  }

  override deliver(envelope: Envelope): number {
    if (this.#weaken === 'lose-after-ack' && this.#random.chance(SOME))
      return this.service(partsOf(envelope.to).service).ingress.sequence + 1;
    const sequence = super.deliver(envelope);
    // A relay that died before it forgot what it had passed on passes it on again.
    if (envelope.kind !== 'event' || envelope.from === undefined || !this.#random.chance(REPEATED))
      return sequence;
    this.service(partsOf(envelope.to).service).ingress.ids.delete(envelope.id);
    return super.deliver(envelope);
  }

  /** The ports of one node as this bus serves them: some reads are answered by a server that is behind. */
  served(ports: NodePorts, service: string): NodePorts {
    return this.#weakenedPorts(this.#behind.of(ports, service));
  }

  /** Ports that break the promises which the ports themselves keep. */
  #weakenedPorts(ports: NodePorts): NodePorts {
    if (this.#weaken === 'reorder') return { ...ports, logs: this.#reordered(ports.logs) };
    if (this.#weaken !== 'forget-too-much') return ports;
    const purge: NodePorts['logs']['purge'] = (args) =>
      ports.logs.purge({ ...args, belowSequence: args.belowSequence + 2 });
    return {
      ...ports,
      logs: {
        read: ports.logs.read.bind(ports.logs),
        newestIngress: ports.logs.newestIngress.bind(ports.logs),
        park: ports.logs.park.bind(ports.logs),
        purge,
      },
    };
  }

  #reordered(logs: NodePorts['logs']): NodePorts['logs'] {
    return {
      purge: (args) => logs.purge(args),
      newestIngress: (partition) => logs.newestIngress(partition),
      park: (entry, reason) => logs.park(entry, reason),
      read: (partitions, onEntry, onNearTask) => {
        let held: LogEntry | undefined;
        const reorder = (entry: LogEntry): void => {
          if (!held && this.#random.chance(SOME)) {
            held = entry;
            return;
          }
          onEntry(entry);
          if (held) onEntry(held);
          held = undefined;
        };
        return logs.read(partitions, reorder, onNearTask);
      },
    };
  }

  #weakened(service: string, commit: Commit): Commit {
    const { effects } = commit;
    switch (this.#weaken) {
      case 'no-compare-and-set-and-no-fence': {
        const home = this.service(service);
        return {
          ...commit,
          expectedRevision: home.records.get(commit.record.address)?.revision ?? 0,
          epoch: home.owners.get(commit.partition)?.epoch ?? 0,
        };
      }
      case 'torn-commit':
        return effects.length > 0 && this.#random.chance(SOME) ? { ...commit, effects: [] } : commit;
      case 'deliver-twice': {
        const again = effects.filter((effect) => effect.kind === 'send');
        return again.length > 0 && this.#random.chance(0.5)
          ? { ...commit, effects: [...effects, ...again] }
          : commit;
      }
      default:
        return commit;
    }
  }
}
