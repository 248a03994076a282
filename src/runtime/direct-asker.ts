/**
 * Asks the owner of an actor directly, and by the ingress when that does not work.
 *
 * B1 An ask that is not answered comes again under the same number: once by the ingress, then directly again and again,
 *    until it is answered or nobody waits any more. The actor decides one of them, and tells so to the others. What is
 *    stored goes first, so that no later one is refused while it may yet be applied.
 * B2 A number counts as decided only when its answer is known, or when it can never come again.
 * B3 When there was no answer in time, or no server took it, the client goes on under another name: what it left behind
 *    stays undecided, and may be decided at any later time.
 * B4 An owner that is silent is left alone for a while: it may be standing still, and its successor is asked no sooner.
 * B5 A start needs no number: should it come twice, the record tells whose it was. One that takes the address from
 *    another actor goes by the ingress: coming late, it would take it again.
 */
import type { Address } from '#contracts/address.ts';
import type { DirectAnswer } from '#contracts/direct-ask.ts';
import type { Asker, Envelope } from '#contracts/envelope.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';
import type { OwnSends } from './own-sends.ts';
import type { Asks, Clock, EnvelopeAnswer, OwnerLine } from './ports.ts';

/** Longer than a commit, shorter than a takeover. */
const DIRECT_MS = 2_000;
/** Long enough for a takeover: an answer by the ingress that is lost is never repeated there. */
const STORED_MS = 5_000;
const AGAIN_MS = 1_000;
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

/** What may go directly. */
type Direct = Extract<Envelope, { kind: 'event' | 'start' }>;
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

  /**
   * Events and starts go directly, and their ids must be new with each call. Everything else goes by the ingress, and so
   * does a start that replaces, or that a parent makes.
   */
  async ask(envelope: Envelope, timeoutMs: number): Promise<EnvelopeAnswer | null> {
    const { stored } = this.#options;
    if (isPlainStart(envelope)) return this.#askUntilAnswered(envelope, timeoutMs);
    const begun = envelope.kind === 'event' ? this.#begin(envelope.to) : null;
    if (envelope.kind !== 'event' || begun === null) return stored.ask(envelope, timeoutMs);
    const { asker, end } = begun;
    const answer = await this.#askUntilAnswered({ ...envelope, asker }, timeoutMs).catch((error: unknown) => {
      this.#rename();
      throw error;
    });
    if (answer === null) this.#rename();
    else end();
    return answer;
  }

  async #askUntilAnswered(envelope: Direct, timeoutMs: number): Promise<EnvelopeAnswer | null> {
    const { stored, clock } = this.#options;
    const deadlineMs = clock.nowMs() + timeoutMs;
    const leftMs = (max: number): number => Math.max(1, Math.min(max, deadlineMs - clock.nowMs()));
    let said = this.#isSilent(envelope.to) ? null : await this.#askDirectly(envelope, leftMs(DIRECT_MS));
    if (isAnswer(said)) return said;
    const answer = await stored.ask(envelope, leftMs(STORED_MS));
    if (answer !== null) return answer;
    while (clock.nowMs() < deadlineMs) {
      said = await this.#askDirectly(envelope, leftMs(DIRECT_MS));
      if (isAnswer(said)) return said;
      await clock.sleep(leftMs(AGAIN_MS));
    }
    return null;
  }

  async #askDirectly(envelope: Direct, timeoutMs: number): Promise<DirectAnswer | null> {
    const { line, sends, clock } = this.#options;
    const after = sends.newestTo(envelope.to);
    const ask = { v: 1 as const, envelope, ...(after === undefined ? {} : { after }) };
    const said = await line.ask(ask, timeoutMs);
    if (said === null) this.#silentUntilMs.set(this.#partitionOf(envelope.to), clock.nowMs() + SILENT_MS);
    else if (after !== undefined && isAnswer(said)) sends.read(envelope.to, after);
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

function isAnswer(said: DirectAnswer | null): said is EnvelopeAnswer {
  return said !== null && said.outcome !== 'declined';
}

/** A start that takes the address from nobody: should it come twice, the record tells whose it was. */
function isPlainStart(envelope: Envelope): envelope is Extract<Envelope, { kind: 'start' }> {
  return envelope.kind === 'start' && envelope.onConflict !== 'replace' && envelope.parent === undefined;
}
