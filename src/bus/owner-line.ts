/** Direct asks over core NATS: one subject a partition, whose owner listens. */
import { DirectAnswer, DirectAsk } from '#contracts/direct-ask.ts';
import { partsOf } from '#contracts/address.ts';
import { askSubjects } from '#contracts/subjects.ts';
import { placeOf, type Place, type Topology } from '#contracts/topology.ts';
import type { Bus } from './connect.ts';
import { orConnectionLoss, whenConnected } from './connection-state.ts';
import { isNobody, payloadBytesMax } from './step-exchange.ts';

/** Null: no answer in time. Declined also when nobody listens, or when it does not fit into a message. */
export async function askOwner(
  bus: Bus,
  topology: Topology,
  { ask, timeoutMs }: { ask: DirectAsk; timeoutMs: number },
): Promise<DirectAnswer | null> {
  const { to } = ask.envelope;
  const subject = askSubjects(partsOf(to).service).of(placeOf(to, topology));
  const body = JSON.stringify(DirectAsk.parse(ask));
  if (Buffer.byteLength(body) > payloadBytesMax(bus)) return { outcome: 'declined' };
  try {
    await whenConnected(bus);
    const answer = await orConnectionLoss(bus, bus.request(subject, body, { timeout: timeoutMs }));
    return DirectAnswer.parse(answer.json());
  } catch (error) {
    return isNobody(error) ? { outcome: 'declined' } : null;
  }
}

/** Calls back with each ask for a partition that comes to this process. What cannot be read is declined. */
export function listenAsOwner(
  bus: Bus,
  { service, place }: { service: string; place: Place },
  onAsk: (ask: DirectAsk) => void,
): { unsubscribe(): void } {
  const { of, queue } = askSubjects(service);
  return bus.subscribe(of(place), {
    queue,
    callback: (error, message) => {
      if (error || message.reply === undefined) return;
      try {
        const ask = DirectAsk.parse(message.json());
        onAsk({ ...ask, envelope: { ...ask.envelope, replyTo: message.reply } as DirectAsk['envelope'] });
      } catch {
        message.respond(JSON.stringify({ outcome: 'declined' } satisfies DirectAnswer));
      }
    },
  });
}
