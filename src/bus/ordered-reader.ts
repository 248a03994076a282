/** Reads subjects of a stream in order, without acknowledgements, from a given sequence on. */
import { DeliverPolicy, jetstream, type JsMsg } from '@nats-io/jetstream';
import type { Bus } from './connect.ts';
import { ANSWER_TIMEOUT_MS } from './publish.ts';
import { consumeSteadily } from './steady-consumption.ts';

export type ReadMessage = {
  subject: string;
  sequence: number;
  data: string;
  header(name: string): string | undefined;
  /** Messages of the filter still to come when this one was sent. */
  pending: number;
};

export type OrderedReaderOptions = {
  stream: string;
  subjects: readonly string[];
  /** First sequence wanted; 0 = the oldest one kept. `last-per-subject`: the newest of each subject, then all new ones. */
  from: number | 'last-per-subject' | 'new';
  headersOnly?: boolean;
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
  let seen = 0;
  return consumeSteadily(bus, async (isCurrent) => {
    const consumer = await jetstream(bus, { timeout: ANSWER_TIMEOUT_MS }).consumers.get(options.stream, {
      filter_subjects: [...options.subjects],
      ...startOf(seen > 0 ? seen + 1 : options.from),
      ...(options.headersOnly ? { headers_only: true } : {}),
    });
    const messages = await consumer.consume({
      expires: 5_000,
      idle_heartbeat: 1_000,
      max_messages: 500,
      callback: (message: JsMsg) => {
        if (!isCurrent()) return;
        onMessage(readMessage(message));
        seen = message.seq;
      },
    });
    return { messages, info: () => consumer.info() };
  });
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

function startOf(from: OrderedReaderOptions['from']): {
  deliver_policy: DeliverPolicy;
  opt_start_seq?: number;
} {
  if (from === 'last-per-subject') return { deliver_policy: DeliverPolicy.LastPerSubject };
  if (from === 'new') return { deliver_policy: DeliverPolicy.New };
  if (from <= 1) return { deliver_policy: DeliverPolicy.All };
  return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from };
}
