/**
 * Tasks that the owner of a partition runs itself, without handing them to a queue.
 *
 * R1 A near task starts only after the commit whose record holds it.
 * R2 It is over when its result is stored, in the ingress or in the step that took it, or when nobody waits for it any
 *    more. A process that dies leaves it to the next owner, who finds it by the actor's mark.
 * R3 What an earlier owner left is run only when that one's node is gone, everything it had put into the ingress is
 *    applied, and the actor still waits for this very attempt: the second run of a task is the exception.
 * R4 What finds no slot when it is dispatched goes to the queue, for whoever has one.
 */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Effect } from './effects.ts';
import { hasNearAttempt, nearAttempts, type NearAttempt } from './kernel/activity-task-of.ts';
import { NearMarks } from './near-marks.ts';
import type { Clock, NearMark, RecordStore } from './ports.ts';

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
  epoch: number;
  clock: Clock;
  store: Pick<RecordStore, 'load'>;
  nearWorker: NearWorker;
  isAlive: (node: string) => boolean;
  /** Resolves when all that was in the ingress is applied; false when the partition is lost before. */
  caughtUp: () => Promise<boolean>;
  give: GiveResult;
  isDropped: () => boolean;
};

/** A step that is about to be committed: the record says which of its tasks run here. */
export type Reserved = {
  readonly record: ActorRecord;
  readonly tasks: ReadonlySet<ActivityTask>;
  /** Whether the commit must store a mark of the actor. */
  readonly marks: boolean;
  /** The commit is stored. */
  begin(revision: number): void;
  /** The commit is not stored, as far as is known. */
  cancel(): void;
};

export class NearTasks {
  readonly #options: NearTasksOptions;
  readonly #marks: NearMarks;
  /** Attempts that this owner runs, or waits to run. */
  readonly #held = new Set<string>();

  constructor(options: NearTasksOptions) {
    this.#options = options;
    this.#marks = new NearMarks(options);
  }

  /** Slots for those of a step's tasks that can run here. @param before revision of the record the step was made from */
  reserve(step: { record: ActorRecord; effects: readonly Effect[] }, before: number): Reserved {
    const runs = new Map<ActivityTask, { task: ActivityTask; slot: NearSlot }>();
    for (const effect of step.effects) {
      if (effect.kind !== 'run-activity') continue;
      const task = { ...effect.task, step: step.record.step };
      const slot = this.#options.nearWorker.reserve(task);
      if (!slot) continue;
      runs.set(effect.task, { task, slot });
      this.#held.add(nameOf(task));
    }
    const record = this.#stamped(step.record, runs.keys());
    const mark = this.#marks.prepare(record.address, { isNear: hasNearAttempt(record), before });
    return {
      record,
      tasks: new Set(runs.keys()),
      marks: mark.isNeeded,
      begin: (revision) => {
        mark.committed(revision);
        for (const { task, slot } of runs.values()) void this.#run(task, { slot, deliveryCount: 1 });
      },
      cancel: () => {
        mark.refused();
        for (const { task, slot } of runs.values()) {
          slot.cancel();
          this.#held.delete(nameOf(task));
        }
      },
    };
  }

  /** A stored mark, of this owner or an earlier one. */
  accept(mark: NearMark): void {
    if (this.#marks.read(mark)) void this.#look(mark.actor);
  }

  /** Takes over what a record holds of others. */
  see(record: ActorRecord): void {
    for (const attempt of nearAttempts(record)) {
      if (this.#held.has(nameOf(attempt.task))) continue;
      this.#held.add(nameOf(attempt.task));
      void this.#takeOver(attempt);
    }
  }

  /** Its earlier owner may have gone on after it was found here, so the actor is looked at again when it is over. */
  async #takeOver(attempt: NearAttempt): Promise<void> {
    const { clock, isDropped } = this.#options;
    const isOver = await this.#inherit(attempt);
    // What is over for a worker may not be over for the actor yet: its time may have passed, and its alarm not rung.
    if (isOver) await clock.sleep(RETRY_MS);
    this.#held.delete(nameOf(attempt.task));
    if (isOver && !isDropped()) await this.#look(attempt.task.actor);
  }

  /** The record says which attempts run here: whoever finds it knows what to wait for. */
  #stamped(record: ActorRecord, tasks: Iterable<ActivityTask>): ActorRecord {
    const activities: ActorRecord['activities'] = {};
    for (const { childId } of tasks) {
      const activity = record.activities[childId];
      if (activity) activities[childId] = { ...activity, near: this.#options.node };
    }
    if (Object.keys(activities).length === 0) return record;
    return { ...record, activities: { ...record.activities, ...activities } };
  }

  /** Reads the record of an actor with a mark: takes over what it holds, or forgets the mark. */
  async #look(actor: Address): Promise<void> {
    const { store, clock, isDropped } = this.#options;
    while (!isDropped()) {
      const seen = this.#marks.before(actor);
      // undefined: nobody answers
      const stored = await store.load(actor).catch(() => undefined);
      if (stored && hasNearAttempt(stored.record)) return this.see(stored.record);
      if (stored !== undefined && seen.forget(stored?.revision ?? Infinity)) return;
      await clock.sleep(RETRY_MS);
    }
  }

  /** Whether it is over, as far as this owner can tell; false when it owns the partition no longer. */
  async #inherit({ task, node }: NearAttempt): Promise<boolean> {
    const { clock, nearWorker, isAlive, isDropped } = this.#options;
    while ((node !== this.#options.node && isAlive(node)) || nearWorker.isRunning(task)) {
      if (!(await this.#isAwaited(task))) return true;
      await clock.sleep(RETRY_MS);
      if (isDropped()) return false;
    }
    if (!(await this.#options.caughtUp())) return false;
    // Not its first delivery: the worker asks first whether the attempt is still awaited.
    return this.#runUntilOver(task, { slot: nearWorker.reserve(task), deliveryCount: 2 });
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
    await this.#runUntilOver(task, first);
    this.#held.delete(nameOf(task));
  }

  async #runUntilOver(
    task: ActivityTask,
    first: { slot: NearSlot | null; deliveryCount: number },
  ): Promise<boolean> {
    const { clock, nearWorker, give, isDropped } = this.#options;
    let { slot, deliveryCount } = first;
    for (;;) {
      try {
        if (slot) {
          await slot.run({ deliveryCount, give });
          return true;
        }
      } catch {
        // Its result could not be stored, or the worker drains: again, or elsewhere.
      }
      await clock.sleep(RETRY_MS);
      if (isDropped()) return false;
      if (slot) deliveryCount += 1;
      slot = nearWorker.reserve(task);
    }
  }
}

function nameOf({ actor, childId, birth, attempt, life }: ActivityTask): string {
  return `${actor}/${childId}#${birth}-${attempt}-${life ?? ''}`;
}
