/** The attempts that a worker has under way, by actor: each new one is compared with those of its own actor alone. */
import type { Address } from '#contracts/address.ts';
import type { Attempt } from './activity-attempt.ts';

export class RunningAttempts {
  readonly #byActor = new Map<Address, Set<Attempt>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  all(): Attempt[] {
    return [...this.#byActor.values()].flatMap((attempts) => [...attempts]);
  }

  of(actor: Address): Iterable<Attempt> {
    return this.#byActor.get(actor) ?? [];
  }

  add(attempt: Attempt): void {
    const { actor } = attempt.task;
    const known = this.#byActor.get(actor);
    if (known) known.add(attempt);
    else this.#byActor.set(actor, new Set([attempt]));
    this.#count += 1;
  }

  /** One that is under way. */
  delete(attempt: Attempt): void {
    const { actor } = attempt.task;
    const known = this.#byActor.get(actor);
    if (!known?.delete(attempt)) return;
    this.#count -= 1;
    if (known.size === 0) this.#byActor.delete(actor);
  }
}
