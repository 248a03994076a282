/** The actors of a partition that are in memory now. An idle one may go at any time: its record holds everything. */
import type { Address } from '#contracts/address.ts';
import type { Delivery } from './kernel/kernel.ts';
import type { LogEntry, StoredRecord } from './ports.ts';

/** Of one partition: a node may own all 64, and what is in memory must not grow with what is stored. */
const ACTIVATIONS_MAX = 200;
const CAUTIOUS_MAX = 256;

/** An entry with the envelope in it, or an envelope that was handed over, with who waits to hear whether it was taken. */
export type Waiting =
  | { entry: LogEntry; delivery: Delivery }
  | {
      delivery: Delivery;
      settle: (taken: boolean) => void;
      /** An entry of the ingress that must be applied before. */
      after?: number;
    };

/** Tells whoever handed an envelope over what became of it; an entry of a log has nobody who waits. */
export function settle(waiting: Waiting, taken: boolean): void {
  if ('settle' in waiting) waiting.settle(taken);
}

export type Activation = {
  address: Address;
  /** Read, but not yet applied; in the order of each log. */
  waiting: Waiting[];
  running: boolean;
  /** Undefined until it was read, or when it must be read again. */
  stored: StoredRecord | null | undefined;
  /** In a row. */
  failures: number;
  /** So many envelopes are to be taken one at a time: a step with all of them failed. */
  cautious: number;
  /** Its record was told to be large. */
  isLarge: boolean;
};

/** A step failed: what waits now is taken one at a time, so that it shows which envelope it was. Failures in a row. */
export function noteFailure(activation: Activation): number {
  activation.failures += 1;
  activation.cautious = Math.max(activation.cautious, Math.min(activation.waiting.length, CAUTIOUS_MAX));
  return activation.failures;
}

export function isCautious({ failures, cautious }: Activation): boolean {
  return failures > 0 || cautious > 0;
}

export class Activations {
  readonly #byAddress = new Map<Address, Activation>();

  of(address: Address): Activation {
    const known = this.#byAddress.get(address);
    if (known) return known;
    this.#passivate();
    const created: Activation = {
      address,
      waiting: [],
      running: false,
      stored: undefined,
      failures: 0,
      cautious: 0,
      isLarge: false,
    };
    this.#byAddress.set(address, created);
    return created;
  }

  /** Forgets an actor that has nothing to do. */
  release(activation: Activation): void {
    if (!activation.running && activation.waiting.length === 0) this.#byAddress.delete(activation.address);
  }

  /** Oldest first, down to half: an actor with something to do stays, or it would be in memory twice. */
  #passivate(): void {
    if (this.#byAddress.size < ACTIVATIONS_MAX) return;
    for (const activation of this.#byAddress.values()) {
      if (this.#byAddress.size <= ACTIVATIONS_MAX / 2) return;
      this.release(activation);
    }
  }
}
