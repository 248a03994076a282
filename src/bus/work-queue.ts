/** Shared consumption of a work-queue stream: each message goes to one replica and comes back when that one dies. */
import { AckPolicy, jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import type { Bus } from './connect.ts';
import { ANSWER_TIMEOUT_MS } from './publish.ts';
import { consumeSteadily } from './steady-consumption.ts';
import { untilAnswered } from './until-answered.ts';

const SECOND_NS = 1_000_000_000;

export type WorkQueueOptions = {
  stream: string;
  /** Durable name: all replicas that use it share the work. */
  consumer: string;
  filter: string;
  /** Messages in work at once, over all replicas. */
  concurrency: number;
  /** A message that was not kept for this long goes to another replica, in milliseconds. */
  ackWaitMs: number;
};

export type WorkItem = {
  subject: string;
  data: string;
  sequence: number;
  /** 1 for the first delivery. */
  deliveryCount: number;
  header(name: string): string | undefined;
  /** Still working on it: starts `ackWaitMs` anew. */
  keep(): void;
  /** Done; resolves when the server knows. */
  done(): Promise<void>;
  /** Not now: again after the delay, here or elsewhere. */
  retry(delayMs: number): void;
};

/** Starts taking work; `onItem` runs concurrently. `close` stops taking; items in work are the caller's to finish. */
export async function consumeWork(
  bus: Bus,
  options: WorkQueueOptions,
  onItem: (item: WorkItem) => void,
): Promise<{ close(): Promise<void> }> {
  const manager = await untilAnswered(bus, () => jetstreamManager(bus, { timeout: 5_000 }));
  await untilAnswered(bus, () =>
    manager.consumers.add(options.stream, {
      durable_name: options.consumer,
      ack_policy: AckPolicy.Explicit,
      filter_subject: options.filter,
      ack_wait: (options.ackWaitMs / 1_000) * SECOND_NS,
      max_deliver: -1,
      max_ack_pending: options.concurrency,
    }),
  );
  return consumeSteadily(bus, async (isCurrent) => {
    const consumer = await jetstream(bus, { timeout: ANSWER_TIMEOUT_MS }).consumers.get(
      options.stream,
      options.consumer,
    );
    const messages = await consumer.consume({
      expires: 5_000,
      idle_heartbeat: 1_000,
      max_messages: Math.min(options.concurrency, 16),
      callback: (message: JsMsg) => {
        if (isCurrent()) onItem(workItem(message));
        // Delivered to a consumption that was replaced: another one takes it.
        else message.nak();
      },
    });
    return { messages, info: () => consumer.info() };
  });
}

function workItem(message: JsMsg): WorkItem {
  return {
    subject: message.subject,
    data: message.string(),
    sequence: message.seq,
    deliveryCount: message.info.deliveryCount,
    header: (name) => message.headers?.get(name) || undefined,
    keep: () => message.working(),
    done: async () => {
      await message.ackAck({ timeout: 2_000 }).catch(() => false);
    },
    retry: (delayMs) => message.nak(delayMs),
  };
}
