/** One message to a stream, acknowledged: with `sync_interval: always` it is on disk when this returns. */
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { BusError } from './bus-error.ts';
import type { Bus } from './connect.ts';
import { orConnectionLoss, whenConnected } from './connection-state.ts';

export type OutgoingMessage = {
  subject: string;
  data?: string;
  headers?: Readonly<Record<string, string>>;
};

export type PublishReceipt = { stream: string; sequence: number; duplicate: boolean; count: number };

type PubAck = {
  stream?: string;
  seq?: number;
  duplicate?: boolean;
  count?: number;
  error?: { err_code: number; description: string };
};

/** Longest wait for an answer, in milliseconds: a killed server never answers, so waiting longer only delays the retry. */
export const ANSWER_TIMEOUT_MS = 2_000;

/** @throws BusError with JetStream's code, or code 0 when no answer came: then it may be stored. */
export async function publish(
  bus: Bus,
  message: OutgoingMessage,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<PublishReceipt> {
  return requestAck(bus, { message, extra: {}, timeoutMs });
}

/** Publishes and reads the acknowledgement. `extra` headers win over the message's own. */
export async function requestAck(
  bus: Bus,
  args: { message: OutgoingMessage; extra: Readonly<Record<string, string>>; timeoutMs: number },
): Promise<PublishReceipt> {
  const { message, extra, timeoutMs } = args;
  let ack: PubAck;
  try {
    await whenConnected(bus);
    const request = bus.request(message.subject, payloadOf(message), {
      headers: headersOf(message, extra),
      timeout: timeoutMs,
    });
    const answer = await orConnectionLoss(bus, request);
    ack = answer.json<PubAck>();
  } catch (error) {
    throw new BusError(0, `No answer to a publish on ${message.subject}; it may be stored.`, {
      cause: error,
    });
  }
  if (ack.error) throw new BusError(ack.error.err_code, ack.error.description);
  return {
    stream: ack.stream ?? '',
    sequence: ack.seq ?? 0,
    duplicate: ack.duplicate === true,
    count: ack.count ?? 1,
  };
}

/** As bytes: the library's own encoder takes three times as long. */
export function payloadOf({ data }: OutgoingMessage): Uint8Array | undefined {
  return data === undefined ? undefined : Buffer.from(data);
}

export function headersOf(message: OutgoingMessage, extra: Readonly<Record<string, string>>): MsgHdrs {
  const result = headers();
  // Each name comes once, so nothing needs to be looked for and replaced.
  const all = { ...message.headers, ...extra };
  for (const name in all) result.append(name, all[name] ?? '');
  return result;
}
