/**
 * Which actors of a partition have a mark, and which marks may go.
 *
 * K1 As long as the record of an actor holds an attempt that runs near, a mark of the actor is stored: the next owner
 *    looks at the marks alone, never at all records.
 * K2 A step needs no new mark when it is made from the very record that this owner committed last, under a mark. Such a
 *    commit is not fenced, and need not be: an earlier owner that goes on this way does so under its mark of before the
 *    takeover, which the new owner keeps in sight until the record holds no near attempt, or one of its own. After that
 *    the earlier owner steps from a record that is not its own, so it needs a new mark, which is fenced.
 * K3 A mark is forgotten only after a record without near attempts was committed, or read while nothing was being
 *    committed. The record that is stored with a mark has such an attempt, so one without is believed only when it is
 *    newer than the mark: a server that is behind shows an older one.
 */
import type { Address } from '#contracts/address.ts';
import type { NearMark } from './ports.ts';

/** What this owner knows of the mark of one actor. */
type Mark = {
  /** Of the record that this owner committed last with the mark; 0 = none. */
  revision: number;
  committing: boolean;
  /** Stored copies that were read, by sequence: they come again with a new reader. */
  readonly copies: Map<number, NearMark>;
};

/** The mark of an actor around one commit. */
export type MarkOfCommit = {
  readonly isNeeded: boolean;
  committed(revision: number): void;
  refused(): void;
};

const NO_MARK: MarkOfCommit = { isNeeded: false, committed: () => undefined, refused: () => undefined };

export class NearMarks {
  readonly #owner: { node: string; epoch: number };
  readonly #marks = new Map<Address, Mark>();

  constructor(owner: { node: string; epoch: number }) {
    this.#owner = owner;
  }

  /** @param step.before revision of the record that the step was made from; 0 = there was none */
  prepare(actor: Address, step: { isNear: boolean; before: number }): MarkOfCommit {
    const known = this.#marks.get(actor);
    if (!known && !step.isNear) return NO_MARK;
    const mark = known ?? { revision: 0, committing: false, copies: new Map<number, NearMark>() };
    this.#marks.set(actor, mark);
    mark.committing = true;
    const isNeeded = step.isNear && (mark.revision === 0 || mark.revision !== step.before);
    return {
      isNeeded,
      committed: (revision) => {
        mark.committing = false;
        if (!step.isNear) return this.#forget(actor, mark);
        mark.revision = revision;
        if (isNeeded) this.#replaced(mark, revision);
      },
      refused: () => {
        mark.committing = false;
        if (mark.revision === 0 && mark.copies.size === 0) this.#marks.delete(actor);
      },
    };
  }

  /** Takes a stored mark; returns whether its actor must be looked at: an earlier owner has left it. */
  read(stored: NearMark): boolean {
    const { actor, node, sequence } = stored;
    const { node: self, epoch } = this.#owner;
    const isSince = sequence > epoch;
    // Someone else owns the partition by now, and needs it.
    if (isSince && node !== self) return false;
    const known = this.#marks.get(actor);
    if (known) {
      this.#replaced(known, sequence);
      known.copies.set(sequence, stored);
    } else if (isSince) stored.done();
    else this.#marks.set(actor, { revision: 0, committing: false, copies: new Map([[sequence, stored]]) });
    return !isSince;
  }

  /** Before a record is read: what it shows may be out of date when it is there. */
  before(actor: Address): { forget(revision: number): boolean } {
    const mark = this.#marks.get(actor);
    const committed = mark?.revision;
    const isQuiet = mark?.committing === false;
    return {
      /** @param revision of the record, which has no near attempt. False when it is older than the mark: read again */
      forget: (revision) => {
        if (!mark || !isQuiet || mark.committing || mark.revision !== committed) return true;
        if (revision <= Math.max(mark.revision, ...mark.copies.keys())) return false;
        this.#forget(actor, mark);
        return true;
      },
    };
  }

  #forget(actor: Address, mark: Mark): void {
    for (const copy of mark.copies.values()) copy.done();
    if (this.#marks.get(actor) === mark) this.#marks.delete(actor);
  }

  /** An actor has one stored mark: those below a newer one are gone. */
  #replaced(mark: Mark, sequence: number): void {
    for (const [older, copy] of mark.copies) {
      if (older >= sequence) continue;
      copy.done();
      mark.copies.delete(older);
    }
  }
}
