/**
 * Reads the newest message of a subject from the stream's leader.
 *
 * R1 A leader that was cut off or stood still answers from what it had: where streams have copies, what it shows may be
 *    old, and what it does not find may exist.
 * R2 While the cluster has no leader of its own, servers refuse such a read although the stream has one. Then any copy may
 *    be asked (ADR-31 of NATS, "JetStream Direct Get"): it may be behind in the same way.
 */
import { jetstreamManager } from '@nats-io/jetstream';
import { BusError, JetStreamCode } from './bus-error.ts';
import type { Bus } from './connect.ts';
import { ANSWER_TIMEOUT_MS } from './publish.ts';
import { askRepeatedly } from './repeated-ask.ts';

export type StoredMessage = {
  subject: string;
  sequence: number;
  data: string;
  /** By lower-case name. */
  headers: ReadonlyMap<string, string>;
};

type Answer = {
  error?: { err_code: number; description: string };
  message?: { subject: string; seq: number; data?: string; hdrs?: string };
};

/**
 * Null when the subject holds nothing.
 * @param args.orFromCopy the stream allows direct reads, and what is read may be behind (R2)
 * @throws BusError when the server does not answer or refuses.
 */
export async function readLast(
  bus: Bus,
  args: { stream: string; subject: string; orFromCopy?: boolean },
): Promise<StoredMessage | null> {
  let answer: Answer;
  try {
    const reply = await askRepeatedly(bus, {
      subject: `$JS.API.STREAM.MSG.GET.${args.stream}`,
      body: JSON.stringify({ last_by_subj: args.subject }),
      timeoutMs: ANSWER_TIMEOUT_MS,
    });
    answer = reply.json<Answer>();
  } catch (error) {
    throw new BusError(0, `No answer to a read of ${args.subject}.`, { cause: error });
  }
  if (answer.error) {
    if (answer.error.err_code === JetStreamCode.messageNotFound) return null;
    if (answer.error.err_code === JetStreamCode.clusterNotAvailable && args.orFromCopy)
      return readFromCopy(bus, args);
    throw new BusError(answer.error.err_code, answer.error.description);
  }
  const { message } = answer;
  if (!message) throw new BusError(0, `Empty answer to a read of ${args.subject}.`);
  return {
    subject: message.subject,
    sequence: message.seq,
    data: decode(message.data),
    headers: parseHeaders(decode(message.hdrs)),
  };
}

async function readFromCopy(
  bus: Bus,
  { stream, subject }: { stream: string; subject: string },
): Promise<StoredMessage | null> {
  try {
    const { direct } = await jetstreamManager(bus, { checkAPI: false, timeout: ANSWER_TIMEOUT_MS });
    const message = await direct.getMessage(stream, { last_by_subj: subject });
    if (message === null) return null;
    const headers = new Map([...message.header].map(([name, [value = '']]) => [name.toLowerCase(), value]));
    return { subject: message.subject, sequence: message.seq, data: message.string(), headers };
  } catch (error) {
    throw new BusError(0, `No answer of any copy to a read of ${subject}.`, { cause: error });
  }
}

function decode(base64: string | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString('utf8');
}

function parseHeaders(block: string): Map<string, string> {
  const result = new Map<string, string>();
  for (const line of block.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) result.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return result;
}
