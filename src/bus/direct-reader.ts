/**
 * Reads a stream on without a consumer, while the cluster can make none.
 *
 * A consumer is made by the leader of the whole cluster, and lives on one server. When both are lost, the stream itself
 * may have a leader again, and take commits, seconds before anybody can make a new consumer. Its copies answer direct
 * reads all the time (ADR-31 of NATS, "JetStream Direct Get").
 *
 * R1 In order, without gaps, and only what is committed: a copy holds nothing else. A copy that lags ends earlier.
 * R2 The server cannot filter by many subjects here, so everything behind the position is read: this is for readers that
 *    have caught up, not for those that begin.
 */
import { jetstreamManager, type DirectStreamAPI, type StoredMsg } from '@nats-io/jetstream';
import type { Bus } from './connect.ts';
import { isUnder } from './subject-filter.ts';

/** While nothing comes: an election takes seconds. */
const ASK_AGAIN_MS = 100;
const BATCH_MESSAGES_MAX = 256;
/** Of one batch: a copy that does not answer is asked again, and perhaps another one then. */
const BATCH_MS_MAX = 1_000;

export type DirectReaderOptions = {
  stream: string;
  subjects: readonly string[];
  /** Position: messages behind it are wanted. */
  after: number;
  /** Looked at before each batch and each message. */
  isWanted: () => boolean;
};

/** Reads until it is not wanted any more. Whoever does not answer is asked again; never fails. */
export async function readDirectly(
  bus: Bus,
  options: DirectReaderOptions,
  onMessage: (message: StoredMsg) => void,
): Promise<void> {
  const { direct } = await jetstreamManager(bus, { checkAPI: false });
  let { after } = options;
  while (options.isWanted()) {
    const last = await readBatch(direct, { ...options, after }, onMessage).catch(() => after);
    if (last === after) await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS).unref());
    after = last;
  }
}

/** Position behind what it has read. */
async function readBatch(
  direct: DirectStreamAPI,
  { stream, subjects, after, isWanted }: DirectReaderOptions,
  onMessage: (message: StoredMsg) => void,
): Promise<number> {
  const batch = await direct.getBatch(stream, { seq: after + 1, batch: BATCH_MESSAGES_MAX });
  const tooLate = setTimeout(() => batch.stop(), BATCH_MS_MAX);
  let last = after;
  try {
    for await (const message of batch) {
      // Each one names the one before it in the batch: one in between was lost on its way.
      const isNext = last === after || message.lastSequence === last;
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
