/**
 * Tasks that the owner of a partition runs itself, without handing them to a queue.
 *
 * R1 A near task starts only after the commit that holds it: the stored copy is the safety net, not the way.
 * R2 It is forgotten only after its result is stored, in the ingress or in the step that took it, or when nobody waits
 *    for it any more. A process that dies leaves it to the next owner.
 * R3 What an earlier owner left is run only when that one's node is gone, everything it had put into the ingress is
 *    applied, and the actor still waits for this very attempt: the second run of a task is the exception.
 * R4 What finds no slot here goes to the queue, for whoever has one.
 */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Effect } from './effects.ts';
import type { Clock, NearTask } from './ports.ts';

const RETRY_MS = 500;

/** A worker's promise to run one task. */
export type NearSlot = {
  /**
   * Runs it; resolves when its result is stored or nobody waits for it. A result that came at once is given to `give`,
   * which tells whether a step has taken it.
   * @throws when it must run again, here or elsewhere
   */
  run(args: { deliveryCount: number; give: GiveResult }): Promise<void>;
  /** The task was not stored: nothing runs. */
  cancel(): void;
};

export type GiveResult = (envelope: Envelope) => Promise<boolean>;

/** What a node's activity worker offers to the partitions the node owns. */
export interface NearWorker {
  /** A slot for the task; null when its queue is not near, or full. */
  reserve(task: ActivityTask): NearSlot | null;
  /** Whether this process works on the attempt now. */
  isRunning(task: ActivityTask): boolean;
  /** Whether the attempt is still awaited, by the actor's view. */
  isAwaited(task: ActivityTask): Promise<boolean>;
}

export type NearTasksOptions = {
  node: string;
  clock: Clock;
  nearWorker: NearWorker;
  isAlive: (node: string) => boolean;
  /** Resolves when all that was in the ingress is applied; false when the partition is lost before. */
  caughtUp: () => Promise<boolean>;
  give: GiveResult;
  isDropped: () => boolean;
};

/** A task this owner has: running until `settled`; `forget` once the stored copy was read. */
type Held = { settled: boolean; forget: (() => void) | undefined };

export type Reserved = {
  readonly tasks: ReadonlySet<ActivityTask>;
  /** The commit is stored. */
  begin(): void;
  /** The commit is not stored. */
  cancel(): void;
};

export class NearTasks {
  readonly #options: NearTasksOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: NearTasksOptions) {
    this.#options = options;
  }

  /** Slots for those of a step's tasks that can run here. */
  reserve(effects: readonly Effect[]): Reserved {
    const slots = new Map<ActivityTask, NearSlot>();
    for (const effect of effects) {
      if (effect.kind !== 'run-activity') continue;
      const slot = this.#options.nearWorker.reserve(effect.task);
      if (!slot) continue;
      slots.set(effect.task, slot);
      // The stored copy may be read before the commit is acknowledged.
      this.#held.set(nameOf(effect.task), { settled: false, forget: undefined });
    }
    return {
      tasks: new Set(slots.keys()),
      begin: () => {
        for (const [task, slot] of slots) void this.#run(task, { slot, deliveryCount: 1 });
      },
      cancel: () => {
        for (const [task, slot] of slots) {
          slot.cancel();
          this.#held.delete(nameOf(task));
        }
      },
    };
  }

  /** The stored copy of a task, of this owner or an earlier one. */
  accept(stored: NearTask): void {
    const name = nameOf(stored.task);
    const forget = (): void => stored.done();
    const held = this.#held.get(name);
    if (!held) {
      this.#held.set(name, { settled: false, forget });
      void this.#inherit(stored);
      return;
    }
    held.forget = forget;
    if (held.settled) this.#forget(name, held);
  }

  async #inherit(stored: NearTask): Promise<void> {
    const { task, node } = stored;
    const { clock, nearWorker, isAlive, isDropped } = this.#options;
    while ((node !== this.#options.node && isAlive(node)) || nearWorker.isRunning(task)) {
      if (!(await this.#isAwaited(task))) return this.#settle(nameOf(task));
      await clock.sleep(RETRY_MS);
      if (isDropped()) return;
    }
    if (!(await this.#options.caughtUp())) return;
    const slot = nearWorker.reserve(task);
    // Not its first delivery: the worker asks first whether the attempt is still awaited.
    if (slot) return this.#run(task, { slot, deliveryCount: 2 });
    while (!isDropped()) {
      try {
        await stored.passOn();
        return this.#settle(nameOf(task));
      } catch {
        await clock.sleep(RETRY_MS);
      }
    }
  }

  async #isAwaited(task: ActivityTask): Promise<boolean> {
    try {
      return await this.#options.nearWorker.isAwaited(task);
    } catch {
      // Nobody answers: it may be.
      return true;
    }
  }

  async #run(task: ActivityTask, first: { slot: NearSlot; deliveryCount: number }): Promise<void> {
    const { clock, nearWorker, give, isDropped } = this.#options;
    let slot: NearSlot | null = first.slot;
    for (let deliveryCount = first.deliveryCount; ; deliveryCount += 1) {
      try {
        if (slot) {
          await slot.run({ deliveryCount, give });
          return this.#settle(nameOf(task));
        }
      } catch {
        // Its result could not be stored, or the worker drains: again, or elsewhere.
      }
      await clock.sleep(RETRY_MS);
      if (isDropped()) return;
      slot = nearWorker.reserve(task);
    }
  }

  #settle(name: string): void {
    const held = this.#held.get(name);
    if (!held) return;
    held.settled = true;
    this.#forget(name, held);
  }

  #forget(name: string, held: Held): void {
    if (!held.forget) return;
    held.forget();
    this.#held.delete(name);
  }
}

function nameOf({ actor, childId, birth, attempt }: ActivityTask): string {
  return `${actor}/${childId}#${birth}-${attempt}`;
}
