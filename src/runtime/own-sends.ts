/** What one client has put into the ingress, by receiver: what it asks an actor directly must not overtake it. */
import type { Address } from '#contracts/address.ts';

/** So many are remembered: what was sent to others before them counts as read. */
const RECEIVERS_MAX = 10_000;

export class OwnSends {
  readonly #newest = new Map<Address, number>();

  /** An envelope to `to` was stored under this stream sequence. */
  stored(to: Address, sequence: number): void {
    const known = this.#newest.get(to) ?? 0;
    this.#newest.delete(to);
    this.#newest.set(to, Math.max(known, sequence));
    if (this.#newest.size <= RECEIVERS_MAX) return;
    for (const oldest of this.#newest.keys()) {
      this.#newest.delete(oldest);
      return;
    }
  }

  newestTo(to: Address): number | undefined {
    return this.#newest.get(to);
  }

  /** The owner has read everything up to there. */
  read(to: Address, sequence: number): void {
    if (this.#newest.get(to) === sequence) this.#newest.delete(to);
  }
}
