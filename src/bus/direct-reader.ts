/**
 * Reads a stream without a consumer, while the cluster can make none.
 *
 * A consumer is made by the leader of the whole cluster, and lives on one server. When both are lost, the stream itself
 * may have a leader again, and take commits, seconds before anybody can make a new consumer. That leader answers reads of
 * single messages, and every copy answers direct reads of many (ADR-31 of NATS, "JetStream Direct Get").
 *
 * R1 In order, without gaps, and only what is committed: a copy holds nothing else. A copy that lags ends earlier.
 * R2 What a server does not find may exist: a copy lags, and a leader that was cut off answers from before. So the
 *    beginning is a list of what is there, by servers that are all as far as the position up to which it is read, and
 *    each message of the list has to come. Behind the position everything is read from any copy.
 */
import { jetstreamManager, type DirectStreamAPI, type MsgRequest, type StoredMsg } from '@nats-io/jetstream';
import type { Bus } from './connect.ts';
import { ANSWER_TIMEOUT_MS } from './publish.ts';
import { isUnder } from './subject-filter.ts';

/** While nothing comes: an election takes seconds. */
const ASK_AGAIN_MS = 100;
const BATCH_MESSAGES_MAX = 256;
/** Of one batch: a copy that does not answer is asked again, and perhaps another one then. */
const BATCH_MS_MAX = 1_000;
/** More is not kept in memory: whoever begins so far behind waits for a consumer. */
const KEPT_MESSAGES_MAX = 10_000;

export type DirectReaderOptions = {
  stream: string;
  subjects: readonly string[];
  /** Looked at before each request and each message. */
  isWanted: () => boolean;
};

/** Reads what comes behind a position, until it is not wanted any more. Asks again whoever does not answer; never fails. */
export async function readDirectly(
  bus: Bus,
  options: DirectReaderOptions & { after: number },
  onMessage: (message: StoredMsg) => void,
): Promise<void> {
  const { direct } = await jetstreamManager(bus, { checkAPI: false });
  let { after } = options;
  while (options.isWanted()) {
    const last = await readBatch(direct, { ...options, after }, onMessage).catch(() => after);
    if (last === after) await pause();
    after = last;
  }
}

/** What is kept up to a position, in order. Asks again while it is not all there. Null when too much, or not wanted. */
export async function readKeptDirectly(
  bus: Bus,
  options: DirectReaderOptions,
): Promise<{ messages: StoredMsg[]; upTo: number } | null> {
  while (options.isWanted()) {
    try {
      return await readKept(bus, options);
    } catch {
      await pause();
    }
  }
  return null;
}

async function readKept(
  bus: Bus,
  { stream, subjects, isWanted }: DirectReaderOptions,
): Promise<{ messages: StoredMsg[]; upTo: number } | null> {
  const { streams } = await jetstreamManager(bus, { checkAPI: false, timeout: ANSWER_TIMEOUT_MS });
  const upTo = (await streams.info(stream)).state.last_seq;
  const messages: StoredMsg[] = [];
  const isOver = (): boolean => !isWanted() || messages.length > KEPT_MESSAGES_MAX;
  await Promise.all(
    subjects.map(async (filter) => {
      const { state } = await streams.info(stream, { subjects_filter: filter });
      if (state.last_seq < upTo) throw new Error('A server that is behind answered.');
      for (const [subject, count] of Object.entries(state.subjects ?? {})) {
        for (let seq = 1, found = 0; found < count && !isOver(); found += 1) {
          // The server takes both; the client's types know them for direct reads only.
          const next = await streams.getMessage(stream, { seq, next_by_subj: subject } as MsgRequest);
          if (next === null) throw new Error('A server that is behind answered, or it was purged meanwhile.');
          if (next.seq <= upTo) messages.push(next);
          seq = next.seq + 1;
        }
      }
    }),
  );
  return isOver() ? null : { messages: messages.toSorted((one, other) => one.seq - other.seq), upTo };
}

/** Position behind what it has read. */
async function readBatch(
  direct: DirectStreamAPI,
  { stream, subjects, after, isWanted }: DirectReaderOptions & { after: number },
  onMessage: (message: StoredMsg) => void,
): Promise<number> {
  const batch = await direct.getBatch(stream, { seq: after + 1, batch: BATCH_MESSAGES_MAX });
  const tooLate = setTimeout(() => batch.stop(), BATCH_MS_MAX);
  let last = after;
  try {
    for await (const message of batch) {
      // Each one names the one before it in the batch: one in between was lost on its way.
      const isNext = last === after ? message.lastSequence <= after : message.lastSequence === last;
      if (!isNext || !isWanted()) break;
      if (subjects.some((subject) => isUnder(subject, message.subject))) onMessage(message);
      last = message.seq;
    }
  } catch {
    // A copy that is behind, or gone: what was read before counts.
  } finally {
    clearTimeout(tooLate);
  }
  return last;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS).unref());
}
