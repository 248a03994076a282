/** Reads subjects of a stream in order, without acknowledgements, from a given sequence on. */
import { DeliverPolicy, jetstream, type JsMsg, type StoredMsg } from '@nats-io/jetstream';
import type { Bus } from './connect.ts';
import { readDirectly, readKeptDirectly } from './direct-reader.ts';
import { ANSWER_TIMEOUT_MS } from './publish.ts';
import { consumeSteadily, type OpenConsumption } from './steady-consumption.ts';

/**
 * A reader asks at least every five seconds. What a killed process leaves behind is forgotten then: the cluster's leader
 * keeps track of each consumer, and gets slow with hundreds of them. The library's own limit is five minutes.
 */
const INACTIVE_MS_MAX = 30_000;

export type ReadMessage = {
  subject: string;
  sequence: number;
  data: string;
  header(name: string): string | undefined;
  /** Messages of the filter still to come when this one was sent. Of a direct read: unknown, so never 0. */
  pending: number;
};

export type OrderedReaderOptions = {
  stream: string;
  subjects: readonly string[];
  /** First sequence wanted; 0 = the oldest one kept. `last-per-subject`: the newest of each subject, then all new ones. */
  from: number | 'last-per-subject' | 'new';
  headersOnly?: boolean;
  /**
   * Go on by direct reads while the cluster can make no consumer: for whoever holds up others by not reading. The stream
   * must allow them. Default false.
   */
  readsDirectly?: boolean;
};

/**
 * Starts reading. The reader survives restarts of the server and never skips: it resumes behind the last message
 * it saw. Heartbeats of 1 s (not the library's 15 s) find a stream that stalled after a server was killed.
 */
export async function readOrdered(
  bus: Bus,
  options: OrderedReaderOptions,
  onMessage: (message: ReadMessage) => void,
): Promise<{ close(): Promise<void> }> {
  const { stream, subjects, readsDirectly = false } = options;
  let seen = 0;
  const take = (message: ReadMessage): void => {
    // Read directly, and then by the consumer that was being made meanwhile.
    if (message.sequence <= seen) return;
    onMessage(message);
    seen = message.sequence;
  };
  const open: OpenConsumption = async (isCurrent) => {
    const consumer = await jetstream(bus, { timeout: ANSWER_TIMEOUT_MS }).consumers.get(stream, {
      filter_subjects: [...subjects],
      ...startOf(seen > 0 ? seen + 1 : options.from),
      ...(options.headersOnly ? { headers_only: true } : {}),
      inactive_threshold: INACTIVE_MS_MAX,
    });
    const messages = await consumer.consume({
      expires: 5_000,
      idle_heartbeat: 1_000,
      max_messages: 500,
      callback: (message: JsMsg) => {
        if (isCurrent()) take(readMessage(message));
      },
    });
    return { messages, info: () => consumer.info(), forget: () => consumer.delete() };
  };
  const meanwhile = async (isWanted: () => boolean): Promise<void> => {
    if (seen === 0) {
      const kept = options.from === 0 ? await readKeptDirectly(bus, { stream, subjects, isWanted }) : null;
      if (kept === null) return;
      for (const message of kept.messages) take(storedMessage(message));
      seen = Math.max(seen, kept.upTo);
    }
    await readDirectly(bus, { stream, subjects, after: seen, isWanted }, (message) =>
      take(storedMessage(message)),
    );
  };
  return consumeSteadily(bus, open, readsDirectly ? meanwhile : undefined);
}

function readMessage(message: JsMsg): ReadMessage {
  return {
    subject: message.subject,
    sequence: message.seq,
    data: message.string(),
    header: (name) => message.headers?.get(name) || undefined,
    pending: message.info.pending,
  };
}

function storedMessage(message: StoredMsg): ReadMessage {
  return {
    subject: message.subject,
    sequence: message.seq,
    data: message.string(),
    header: (name) => message.header.get(name) || undefined,
    pending: Number.POSITIVE_INFINITY,
  };
}

function startOf(from: OrderedReaderOptions['from']): {
  deliver_policy: DeliverPolicy;
  opt_start_seq?: number;
} {
  if (from === 'last-per-subject') return { deliver_policy: DeliverPolicy.LastPerSubject };
  if (from === 'new') return { deliver_policy: DeliverPolicy.New };
  if (from <= 1) return { deliver_policy: DeliverPolicy.All };
  return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from };
}
