/** Sends an envelope to an actor and waits until its step is committed, or it is refused. */
import { createInbox } from '@nats-io/transport-node';
import { Answer } from '#contracts/answer.ts';
import { partsOf } from '#contracts/address.ts';
import { Envelope } from '#contracts/envelope.ts';
import { ingressSubjects } from '#contracts/subjects.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';
import { isUnknownOutcome } from './bus-error.ts';
import type { Bus } from './connect.ts';
import { publish } from './publish.ts';

const TRIES_MAX = 30;
const RETRY_MS = 200;

/**
 * The envelope is stored when this returns, whatever the answer. Null: nobody answered in time (no owner yet, say), and
 * it is applied, or refused, later. @throws BusError when no server took it
 */
export async function askEnvelope(
  bus: Bus,
  topology: Topology,
  args: { envelope: Envelope; timeoutMs: number; onStored?: (sequence: number) => void },
): Promise<Answer | null> {
  const replyTo = createInbox();
  const envelope = Envelope.parse({ ...args.envelope, replyTo });
  const { to, id } = envelope;
  const answers = bus.subscribe(replyTo, { max: 1 });
  const timer = setTimeout(() => answers.unsubscribe(), args.timeoutMs);
  try {
    const sequence = await store(bus, {
      subject: ingressSubjects(partsOf(to).service).of(placeOf(to, topology), to, id),
      data: JSON.stringify(envelope),
      headers: { 'Nats-Msg-Id': id },
    });
    args.onStored?.(sequence);
    for await (const message of answers) return Answer.parse(message.json());
    return null;
  } finally {
    clearTimeout(timer);
    answers.unsubscribe();
  }
}

async function store(bus: Bus, message: Parameters<typeof publish>[1]): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await publish(bus, message)).sequence;
    } catch (error) {
      if (!isUnknownOutcome(error) || attempt >= TRIES_MAX || bus.isClosed()) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
