/** A bus that writes down what happens on it, judges each commit, and can be weakened on purpose. */
import { createHash } from 'node:crypto';
import { partsOf, type Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Topology } from '#contracts/topology.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import type { Clock, Commit, LogEntry } from '#runtime/ports.ts';
import type { NodePorts } from '#runtime/node.ts';
import type { SeededRandom } from './simulation-random.ts';

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

export type SimulationBusOptions = {
  clock: Clock;
  topology: Topology;
  random: SeededRandom;
  weaken?: Weakness;
};

const DELAY_MS_MAX = 40;
const LATE_MS_MAX = 900;
const SOME = 0.08;
const REPEATED = 0.1;

export class SimulationBus extends MemoryBus {
  /** What no run may show, in order. */
  readonly violations: string[] = [];
  readonly #weaken: Weakness | undefined;
  readonly #random: SeededRandom;
  readonly #trace = createHash('sha256');
  readonly #last = new Map<Address, { revision: number; step: number }>();
  #lines = 0;

  constructor({ clock, topology, random, weaken }: SimulationBusOptions) {
    const travel = random.fork();
    // Mostly quick; now and then so late that others have moved on.
    super({
      clock,
      topology,
      delayMs: () => (travel.chance(0.02) ? travel.between(0, LATE_MS_MAX) : travel.between(0, DELAY_MS_MAX)),
    });
    this.#random = random.fork();
    this.#weaken = weaken;
  }

  /** Adds a line to what makes two runs the same. */
  note(line: string): void {
    this.#lines += 1;
    this.#trace.update(`${this.clock.nowMs()} ${line}\n`);
  }

  traceHash(): string {
    return `${this.#lines}:${this.#trace.copy().digest('hex')}`;
  }

  override commit(service: string, commit: Commit): number {
    const revision = super.commit(service, this.#weakened(service, commit));
    const { address, step, state } = commit.record;
    this.note(`commit ${address} ${step} ${revision} ${JSON.stringify(state.value)}`);
    const last = this.#last.get(address) ?? { revision: 0, step: 0 };
    if (revision <= last.revision) this.violations.push(`revision of ${address} fell to ${revision}`);
    if (step !== last.step + 1) this.violations.push(`${address} went from step ${last.step} to ${step}`);
    this.#last.set(address, { revision, step });
    return revision;
  }

  override deliver(envelope: Envelope): void {
    this.note(`deliver ${envelope.id}`);
    if (this.#weaken === 'lose-after-ack' && this.#random.chance(SOME)) return;
    super.deliver(envelope);
    // A relay that died before it forgot what it had passed on passes it on again.
    if (envelope.kind !== 'event' || envelope.from === undefined || !this.#random.chance(REPEATED)) return;
    this.service(partsOf(envelope.to).service).ingress.ids.delete(envelope.id);
    super.deliver(envelope);
  }

  /** Ports that break the promises which the ports themselves keep. */
  weakenPorts(ports: NodePorts): NodePorts {
    if (this.#weaken === 'reorder') return { ...ports, logs: this.#reordered(ports.logs) };
    if (this.#weaken !== 'forget-too-much') return ports;
    const purge: NodePorts['logs']['purge'] = (args) =>
      ports.logs.purge({ ...args, belowSequence: args.belowSequence + 2 });
    return {
      ...ports,
      logs: { read: ports.logs.read.bind(ports.logs), park: ports.logs.park.bind(ports.logs), purge },
    };
  }

  #reordered(logs: NodePorts['logs']): NodePorts['logs'] {
    return {
      purge: (args) => logs.purge(args),
      park: (entry, reason) => logs.park(entry, reason),
      read: (partitions, onEntry) => {
        let held: LogEntry | undefined;
        return logs.read(partitions, (entry) => {
          if (!held && this.#random.chance(SOME)) {
            held = entry;
            return;
          }
          onEntry(entry);
          if (held) onEntry(held);
          held = undefined;
        });
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
