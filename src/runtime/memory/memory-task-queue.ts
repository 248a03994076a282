/** A limit class in memory: tasks wait, are lent to workers, and come back when a worker dies with them. */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { Clock, TaskDelivery } from '../ports.ts';

const RETRY_MS = 1_000;

type Item = {
  name: string;
  stored: string;
  deliveries: number;
  /** Who had it last: a node that stands still takes nothing, so others go first. */
  lastNode?: string;
};
/** Who has it, and which delivery that was: the same node may get it twice. */
type Loan = { node: string; deliveryCount: number };
type Consumer = {
  node: string;
  concurrency: number;
  onTask: (task: ActivityTask, delivery: TaskDelivery) => Promise<void>;
};

/** What may go wrong with a loan; absent: never. */
export type QueueLuck = {
  /** Whether the next word of a worker that a task is done gets lost: then it is lent again. */
  losesAck?: () => boolean;
  /** Whether the node that had a task last has asked for more already, and gets it again like any other. */
  asksAgain?: () => boolean;
};

export class MemoryTaskQueue {
  readonly #clock: Clock;
  readonly #losesAck: () => boolean;
  readonly #asksAgain: () => boolean;
  readonly #waiting: Item[] = [];
  readonly #lent = new Map<Item, Loan>();
  #consumers: Consumer[] = [];

  constructor(clock: Clock, luck: QueueLuck = {}) {
    this.#clock = clock;
    this.#losesAck = luck.losesAck ?? (() => false);
    this.#asksAgain = luck.asksAgain ?? (() => false);
  }

  /** Tasks that wait or are worked on. */
  get openCount(): number {
    return this.#waiting.length + this.#lent.size;
  }

  add(name: string, task: ActivityTask): void {
    this.#waiting.push({ name, stored: JSON.stringify(task), deliveries: 0 });
    this.#pump();
  }

  consume(consumer: Consumer): () => void {
    this.#consumers.push(consumer);
    this.#pump();
    return () => {
      this.#consumers = this.#consumers.filter((other) => other !== consumer);
    };
  }

  /** The node died: what it had goes back. */
  forget(node: string): void {
    this.#consumers = this.#consumers.filter((consumer) => consumer.node !== node);
    this.lendAgain(node);
  }

  /** The node is believed dead: what it had goes to others, though it may still be working on it. */
  lendAgain(node: string): void {
    for (const [item, loan] of this.#lent) {
      if (loan.node !== node) continue;
      this.#lent.delete(item);
      this.#waiting.unshift(item);
    }
    this.#pump();
  }

  #pump(): void {
    const [consumer] = this.#consumers;
    const limit = Math.min(...this.#consumers.map((other) => other.concurrency));
    while (consumer && this.#waiting.length > 0 && this.#lent.size < limit) {
      const item = this.#waiting.shift();
      if (item) this.#lend(item, this.#leastBusy(item));
    }
  }

  #leastBusy({ lastNode }: Item): Consumer {
    const avoided = lastNode !== undefined && !this.#asksAgain() ? lastNode : undefined;
    const busy = (consumer: Consumer): number =>
      (consumer.node === avoided ? 1_000 : 0) +
      [...this.#lent.values()].filter(({ node }) => node === consumer.node).length;
    return this.#consumers.toSorted((a, b) => busy(a) - busy(b))[0] as Consumer;
  }

  #lend(item: Item, consumer: Consumer): void {
    item.deliveries += 1;
    const loan: Loan = { node: consumer.node, deliveryCount: item.deliveries };
    item.lastNode = consumer.node;
    this.#lent.set(item, loan);
    const delivery: TaskDelivery = {
      deliveryCount: item.deliveries,
      isLent: () => this.#lent.get(item) === loan,
    };
    void consumer.onTask(JSON.parse(item.stored) as ActivityTask, delivery).then(
      () => this.#giveBack(item, { loan, isDone: true }),
      () => this.#giveBack(item, { loan, isDone: false }),
    );
  }

  #giveBack(item: Item, args: { loan: Loan; isDone: boolean }): void {
    // It may have been taken from a node that was believed dead.
    if (this.#lent.get(item) !== args.loan) return;
    this.#lent.delete(item);
    if (!args.isDone || this.#losesAck()) {
      void this.#clock.sleep(RETRY_MS).then(() => {
        this.#waiting.push(item);
        this.#pump();
      });
    }
    this.#pump();
  }
}
