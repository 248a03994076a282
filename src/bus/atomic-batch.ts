/**
 * Several messages to one stream, stored together or not at all, in one round trip.
 *
 * All but the last are plain publishes; the last one commits (ADR-50). The client library's own batch API drops
 * expectations silently, so this is written out here.
 */
import { nuid } from '@nats-io/transport-node';
import type { Bus } from './connect.ts';
import { whenConnected } from './connection-state.ts';
import { ANSWER_TIMEOUT_MS, headersOf, payloadOf, requestAck, type OutgoingMessage } from './publish.ts';

/** JetStream's limit on messages in one batch. */
export const BATCH_MESSAGES_MAX = 1_000;

/** Sequence of the first message; message k has `firstSequence + k`. @throws BusError as {@link requestAck}. */
export async function publishBatch(
  bus: Bus,
  messages: readonly OutgoingMessage[],
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<{ firstSequence: number }> {
  const last = messages.at(-1);
  if (!last) throw new RangeError('An atomic batch needs at least one message.');
  await whenConnected(bus);
  const batchId = nuid.next();
  messages.slice(0, -1).forEach((message, index) => {
    bus.publish(message.subject, payloadOf(message), {
      headers: headersOf(message, { 'Nats-Batch-Id': batchId, 'Nats-Batch-Sequence': String(index + 1) }),
    });
  });
  const receipt = await requestAck(bus, {
    message: last,
    extra: {
      'Nats-Batch-Id': batchId,
      'Nats-Batch-Sequence': String(messages.length),
      'Nats-Batch-Commit': '1',
    },
    timeoutMs,
  });
  return { firstSequence: receipt.sequence - messages.length + 1 };
}
