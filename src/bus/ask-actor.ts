/** Sends an event to an actor and waits until its step is committed, or refused. */
import type { Address } from '#contracts/address.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import type { Topology } from '#contracts/topology.ts';
import { askEnvelope } from './ask-envelope.ts';
import type { Bus } from './connect.ts';

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
  const answer = await askEnvelope(bus, topology, {
    envelope: { v: 1, kind: 'event', id, to, event },
    timeoutMs,
  });
  if (answer === null) return { applied: true };
  return { applied: answer.outcome === 'applied', ...(answer.reason ? { reason: answer.reason } : {}) };
}
