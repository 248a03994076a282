/** Reads the newest message of a subject from the stream's leader: never older than any acknowledged write. */
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

/** Null when the subject holds nothing. @throws BusError when the server does not answer or refuses. */
export async function readLast(
  bus: Bus,
  args: { stream: string; subject: string },
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
