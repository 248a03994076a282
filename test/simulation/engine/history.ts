/** What really happened on a simulated bus, in order: the evidence of a run. Nothing in it is a node's opinion. */
import { createHash } from 'node:crypto';
import type { Address } from '#contracts/address.ts';
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Json } from '#contracts/json.ts';
import type { Effect } from '#runtime/effects.ts';
import type { LogEntry } from '#runtime/ports.ts';

type LogName = LogEntry['log'];

/** An entry of a log: stored for its receiver. `raw` is the bytes. */
export type Accepted = {
  kind: 'accepted';
  service: string;
  log: LogName;
  partition: number;
  sequence: number;
  envelope: Envelope;
  raw: string;
};

/** A step, stored. `stored` is the bytes of the record. */
export type Committed = {
  kind: 'committed';
  service: string;
  address: Address;
  record: ActorRecord;
  stored: string;
  revision: number;
  expectedRevision: number;
  partition: number;
  epoch: number;
  effects: readonly Effect[];
};

export type Owned = { kind: 'owned'; service: string; partition: number; node: string | null; epoch: number };
export type Purged = {
  kind: 'purged';
  service: string;
  log: LogName;
  partition: number;
  belowSequence: number;
};
export type Parked = { kind: 'parked'; service: string; entry: LogEntry; reason: string };
export type Replied = { kind: 'replied'; to: string; answer: Json };
/** An ask that was not stored, on its way to whoever owns its actor. */
export type Asked = { kind: 'asked'; envelope: Envelope };
/** Code of an activity began to run. */
export type Attempted = {
  kind: 'attempted';
  node: string;
  name: string;
  idempotencyKey: string;
  attempt: number;
};
/** From here on nobody crashes, and nothing gets lost. */
export type Calm = { kind: 'calm' };

export type Happening = (
  | Accepted
  | Committed
  | Owned
  | Purged
  | Parked
  | Replied
  | Asked
  | Attempted
  | Calm
) & {
  atMs: number;
};

export class History {
  readonly happenings: Happening[] = [];
  readonly #trace = createHash('sha256');
  #lines = 0;

  add(happening: Happening): void {
    this.happenings.push(happening);
  }

  /** Adds a line to what makes two runs the same. */
  note(atMs: number, line: string): void {
    this.#lines += 1;
    this.#trace.update(`${atMs} ${line}\n`);
  }

  /** Number of lines and their hash. */
  traceHash(): string {
    return `${this.#lines}:${this.#trace.copy().digest('hex')}`;
  }

  of<K extends Happening['kind']>(kind: K): Extract<Happening, { kind: K }>[] {
    return this.happenings.filter(
      (happening): happening is Extract<Happening, { kind: K }> => happening.kind === kind,
    );
  }
}
