/** Sends an event to an actor and waits until its step is committed, or refused. */
import { createInbox } from '@nats-io/transport-node';
import { z } from 'zod';
import { partsOf, type Address } from '#contracts/address.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import { ingressSubjects } from '#contracts/subjects.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';
import type { Bus } from './connect.ts';
import { publish } from './publish.ts';

const Answer = z.object({
  outcome: z.enum(['applied', 'refused']),
  reason: z.string().optional(),
  status: z.string().optional(),
});

export type AskOptions = { to: Address; event: ActorEvent; id: string; timeoutMs?: number };

/**
 * The event is stored when this returns, whatever the answer: without one in time (no owner yet, say) it is still
 * applied later, and `applied` is true.
 */
export async function askActor(
  bus: Bus,
  topology: Topology,
  options: AskOptions,
): Promise<{ applied: boolean; reason?: string }> {
  const { to, event, id, timeoutMs = 5_000 } = options;
  const replyTo = createInbox();
  const answers = bus.subscribe(replyTo, { max: 1, timeout: timeoutMs });
  await publish(bus, {
    subject: ingressSubjects(partsOf(to).service).of(placeOf(to, topology), to, id),
    data: JSON.stringify({ v: 1, kind: 'event', id, to, event, replyTo }),
    headers: { 'Nats-Msg-Id': id },
  });
  try {
    for await (const message of answers) {
      const answer = Answer.parse(message.json());
      return { applied: answer.outcome === 'applied', ...(answer.reason ? { reason: answer.reason } : {}) };
    }
  } catch {
    // No answer in time: it is stored and will be applied.
  }
  return { applied: true };
}
