/** Activities in a work-queue stream that the server fills from the core streams. */
import { z } from 'zod';
import { ActivityTask } from '#contracts/activity-task.ts';
import { Address } from '#contracts/address.ts';
import { parsedJson } from '#contracts/json.ts';
import { STREAM, activitySubjects, deadSubjects } from '#contracts/subjects.ts';
import { publish } from '#bus/publish.ts';
import { consumeWork, type WorkItem } from '#bus/work-queue.ts';
import type { ActivityQueues, Subscription, TaskDelivery } from '../ports.ts';
import type { JetStreamBinding } from './jetstream-record-store.ts';

/** An attempt whose worker died goes to another one after this long. */
const ACK_WAIT_MS = 5_000;
const RETRY_MS = 1_000;

const Cancel = z.object({ actor: Address, childId: z.string(), birth: z.number().int() });

export class JetStreamActivityQueues implements ActivityQueues {
  readonly #binding: JetStreamBinding;

  constructor(binding: JetStreamBinding) {
    this.#binding = binding;
  }

  async consume(
    args: { queue: string; concurrency: number },
    onTask: (task: ActivityTask, delivery: TaskDelivery) => Promise<void>,
  ): Promise<Subscription> {
    const { bus, service } = this.#binding;
    const subjects = activitySubjects(service);
    return consumeWork(
      bus,
      {
        stream: STREAM.activities(service),
        consumer: subjects.consumer(args.queue),
        filter: subjects.queue(args.queue),
        concurrency: args.concurrency,
        ackWaitMs: ACK_WAIT_MS,
      },
      (item) => void this.#handle(item, onTask),
    );
  }

  async #handle(
    item: WorkItem,
    onTask: (task: ActivityTask, delivery: TaskDelivery) => Promise<void>,
  ): Promise<void> {
    let task: ActivityTask;
    try {
      task = ActivityTask.parse(JSON.parse(item.data));
    } catch (error) {
      return this.#park(item, `TASK_INVALID: ${(error as Error).message}`);
    }
    const loan = new Loan(item);
    try {
      await onTask(task, { deliveryCount: item.deliveryCount, isLent: () => loan.isValid() });
      if (loan.isValid()) await item.done();
    } catch {
      if (loan.isValid()) item.retry(RETRY_MS);
    } finally {
      loan.end();
    }
  }

  async #park(item: WorkItem, reason: string): Promise<void> {
    const source = `${this.#binding.service}-activities-${item.sequence}`;
    try {
      await publish(this.#binding.bus, {
        subject: deadSubjects.of(source),
        data: JSON.stringify({ v: 1, source, reason, raw: item.data }),
        headers: { 'Nats-Msg-Id': source },
      });
      await item.done();
    } catch {
      item.retry(RETRY_MS);
    }
  }

  async onCancel(
    callback: (cancel: { actor: Address; childId: string; birth: number }) => void,
  ): Promise<Subscription> {
    const subscription = this.#binding.bus.subscribe(activitySubjects(this.#binding.service).cancel, {
      callback: (error, message) => {
        if (error) return;
        const cancel = Cancel.safeParse(parsedJson(message.string()));
        if (cancel.success) callback(cancel.data);
      },
    });
    return {
      close: async () => {
        subscription.unsubscribe();
      },
    };
  }
}

/** Keeps a task while it is worked on, and notices when this process stood still for longer than the server waits. */
class Loan {
  readonly #item: WorkItem;
  readonly #timer: NodeJS.Timeout;
  #keptAtMs = performance.now();
  #isOver = false;

  constructor(item: WorkItem) {
    this.#item = item;
    this.#timer = setInterval(() => this.#keep(), ACK_WAIT_MS / 3);
  }

  isValid(): boolean {
    if (performance.now() - this.#keptAtMs >= ACK_WAIT_MS) this.#isOver = true;
    return !this.#isOver;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** Once it may be another's, it is not asked for again: that would prolong the other one's loan. */
  #keep(): void {
    if (!this.isValid()) return;
    this.#item.keep();
    this.#keptAtMs = performance.now();
  }
}
