/**
 * Asks the owner of an actor directly, and by the ingress when that does not work.
 *
 * B1 An ask whose fate is unknown comes again under the same number and with the same id: the actor applies one of them.
 * B2 A number counts as decided only when its answer is known, or when it can never come again.
 * B3 When even the ingress gave no answer in time, the client goes on under another name: what it left behind stays
 *    undecided.
 * B4 An owner that is silent is left alone for a while: it may be standing still, and its successor is asked no sooner.
 */
import type { Address } from '#contracts/address.ts';
import type { DirectAnswer } from '#contracts/direct-ask.ts';
import type { Asker, Envelope } from '#contracts/envelope.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';
import type { OwnSends } from './own-sends.ts';
import type { Asks, Clock, EnvelopeAnswer, OwnerLine } from './ports.ts';

/** Longer than a commit, shorter than a takeover: what then comes by the ingress is there when the next owner reads it. */
const DIRECT_MS = 2_000;
const SILENT_MS = 10_000;
/** Numbers that one actor may have to remember of this client. */
const WINDOW_MAX = 64;

export type DirectAskerOptions = {
  line: OwnerLine;
  /** The way by the ingress. */
  stored: Asks;
  sends: OwnSends;
  clock: Clock;
  topology: Topology;
  /** A name that nobody had before. */
  newName: () => string;
};

type Event = Extract<Envelope, { kind: 'event' }>;
/** Asks of one actor that are not decided, in order: each number, and how many were begun before it. */
type Open = { begun: number; byNumber: Map<number, number> };

export class DirectAsker implements Asks {
  readonly #options: DirectAskerOptions;
  readonly #silentUntilMs = new Map<number, number>();
  #client: string;
  #open = new Map<Address, Open>();
  #number = 0;

  constructor(options: DirectAskerOptions) {
    this.#options = options;
    this.#client = options.newName();
  }

  /** Events go directly, and their ids must be new with each call. Everything else goes by the ingress. */
  async ask(envelope: Envelope, timeoutMs: number): Promise<EnvelopeAnswer | null> {
    const { stored } = this.#options;
    if (envelope.kind !== 'event' || this.#isSilent(envelope.to)) return stored.ask(envelope, timeoutMs);
    const begun = this.#begin(envelope.to);
    if (begun === null) return stored.ask(envelope, timeoutMs);
    const { asker, end } = begun;
    try {
      return await this.#askBoth({ ...envelope, asker }, timeoutMs);
    } finally {
      end();
    }
  }

  async #askBoth(event: Event, timeoutMs: number): Promise<EnvelopeAnswer | null> {
    const { stored, clock } = this.#options;
    const deadlineMs = clock.nowMs() + timeoutMs;
    const said = await this.#askDirectly(event, Math.min(DIRECT_MS, timeoutMs));
    if (said !== null && said.outcome !== 'declined') return said;
    const leftMs = Math.max(1, deadlineMs - clock.nowMs());
    if (said !== null) {
      const { asker: _asker, ...plain } = event;
      return stored.ask(plain, leftMs);
    }
    this.#silentUntilMs.set(this.#partitionOf(event.to), clock.nowMs() + SILENT_MS);
    const answer = await stored.ask(event, leftMs);
    if (answer === null) this.#rename();
    return answer;
  }

  async #askDirectly(event: Event, timeoutMs: number): Promise<DirectAnswer | null> {
    const { line, sends } = this.#options;
    const after = sends.newestTo(event.to);
    const ask = { v: 1 as const, envelope: event, ...(after === undefined ? {} : { after }) };
    const said = await line.ask(ask, timeoutMs);
    if (after !== undefined && said !== null && said.outcome !== 'declined') sends.read(event.to, after);
    return said;
  }

  /** The next number; null when the actor would have to remember too many. */
  #begin(to: Address): { asker: Asker; end: () => void } | null {
    const all = this.#open;
    const open = all.get(to) ?? { begun: 0, byNumber: new Map<number, number>() };
    const [lowest] = open.byNumber;
    if (lowest !== undefined && open.begun - lowest[1] >= WINDOW_MAX) return null;
    this.#number += 1;
    const number = this.#number;
    open.byNumber.set(number, open.begun);
    open.begun += 1;
    all.set(to, open);
    const end = (): void => {
      open.byNumber.delete(number);
      if (open.byNumber.size === 0) all.delete(to);
    };
    return { asker: { client: this.#client, number, below: lowest?.[0] ?? number }, end };
  }

  #rename(): void {
    this.#client = this.#options.newName();
    this.#open = new Map();
  }

  #isSilent(to: Address): boolean {
    const partition = this.#partitionOf(to);
    const untilMs = this.#silentUntilMs.get(partition);
    if (untilMs === undefined) return false;
    if (untilMs > this.#options.clock.nowMs()) return true;
    this.#silentUntilMs.delete(partition);
    return false;
  }

  #partitionOf(to: Address): number {
    return placeOf(to, this.#options.topology).partition;
  }
}
