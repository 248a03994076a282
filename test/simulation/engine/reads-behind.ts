/**
 * Reads that a server answers which is behind: a leader that was cut off or stood still, and does not know yet that there
 * is another one (nats-server gives reads no lease).
 *
 * B1 While a server is behind, some reads show what it had when it fell behind; writes reach the others, or nobody.
 * B2 What is absent there counts as absent only when the server is as far as what the node has claimed and committed, as
 *    in the JetStream binding. Else nobody has answered.
 */
import { ActorRecord } from '#contracts/actor-record.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { partsOf, type Address } from '#contracts/address.ts';
import { BusError } from '#bus/bus-error.ts';
import type { NodePorts } from '#runtime/node.ts';
import type { Clock } from '#runtime/ports.ts';
import type { SeededRandom } from './seeded-random.ts';

type Kept<Value> = { atMs: number; value: Value };
type KeptRecord = { revision: number; record: string; view: ActorView };

/** How long it goes well between two such times, at most: in one run seldom, in another one all the time. */
const SOUND_MS_MAX = { least: 2_000, most: 30_000 };
const BEHIND_MS = { least: 100, most: 12_000 };

export class ReadsBehind {
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #isCalm: () => boolean;
  readonly #records = new Map<Address, Kept<KeptRecord>[]>();
  readonly #ingress = new Map<string, Kept<number>[]>();
  readonly #revisions: Kept<number>[] = [];
  readonly #soundMsMax: number;
  /** Of the reads in such a time. */
  readonly #share: number;
  #window = { fromMs: 0, untilMs: 0 };

  constructor(args: { clock: Clock; random: SeededRandom; isCalm: () => boolean }) {
    this.#clock = args.clock;
    this.#random = args.random;
    this.#isCalm = args.isCalm;
    this.#window.untilMs = args.clock.nowMs();
    this.#soundMsMax = args.random.between(SOUND_MS_MAX.least, SOUND_MS_MAX.most);
    this.#share = args.random.next();
  }

  committed(address: Address, value: KeptRecord): void {
    this.#keep(this.#records, address, value);
    this.#revisions.push(this.#now(value.revision));
  }

  owned(epoch: number): void {
    this.#revisions.push(this.#now(epoch));
  }

  accepted(service: string, partition: number, sequence: number): void {
    this.#keep(this.#ingress, `${service}.${partition}`, sequence);
  }

  /** The ports of a node some of whose reads are answered so. */
  of(ports: NodePorts, service: string): NodePorts {
    let known = 0;
    const noted = <Position extends number | null>(position: Position): Position => {
      known = Math.max(known, position ?? 0);
      return position;
    };
    const recordThen = (address: Address, thenMs: number): KeptRecord | null => {
      const old = lastBefore(this.#records.get(address), thenMs);
      if (old === null && (lastBefore(this.#revisions, thenMs) ?? 0) < known)
        throw new BusError(0, `Whether ${address} exists is not known.`);
      return old;
    };
    const then = async <Value>(fresh: Value, past: (thenMs: number) => Value): Promise<Value> => {
      const thenMs = this.#behindSince();
      return thenMs === null ? fresh : past(thenMs);
    };
    const { store, ownership, logs, views } = ports;
    return {
      ...ports,
      store: {
        commit: async (commit) => noted(await store.commit(commit)),
        load: async (address) =>
          then(await store.load(address), (thenMs) => {
            const old = recordThen(address, thenMs);
            return old && { record: ActorRecord.parse(JSON.parse(old.record)), revision: old.revision };
          }).then((stored) => stored && { ...stored, mayBeOld: true }),
      },
      ownership: {
        ...ownership,
        claim: async (args) => noted(await ownership.claim(args)),
      },
      logs: {
        ...logs,
        newestIngress: async (partition) =>
          then(
            await logs.newestIngress(partition),
            (thenMs) => lastBefore(this.#ingress.get(`${service}.${partition}`), thenMs) ?? 0,
          ),
      },
      views: {
        read: async (address) =>
          then(await views.read(address), (thenMs) =>
            partsOf(address).service === service
              ? structuredClone(recordThen(address, thenMs)?.view ?? null)
              : null,
          ),
      },
    };
  }

  /** Since when whoever answers now is behind; null: it is not. */
  #behindSince(): number | null {
    const nowMs = this.#clock.nowMs();
    while (this.#window.untilMs < nowMs) {
      const fromMs = this.#window.untilMs + this.#random.between(0, this.#soundMsMax);
      this.#window = { fromMs, untilMs: fromMs + this.#random.between(BEHIND_MS.least, BEHIND_MS.most) };
    }
    const isBehind = nowMs >= this.#window.fromMs && this.#random.chance(this.#share);
    return isBehind && !this.#isCalm() ? this.#window.fromMs : null;
  }

  #keep<Key, Value>(all: Map<Key, Kept<Value>[]>, key: Key, value: Value): void {
    const kept = all.get(key) ?? [];
    all.set(key, kept);
    kept.push(this.#now(value));
  }

  #now<Value>(value: Value): Kept<Value> {
    return { atMs: this.#clock.nowMs(), value };
  }
}

function lastBefore<Value>(kept: readonly Kept<Value>[] | undefined, thenMs: number): Value | null {
  return kept?.findLast(({ atMs }) => atMs <= thenMs)?.value ?? null;
}
