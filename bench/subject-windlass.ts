/** Units of work done by Windlass: an event goes in, the answer says that its step is committed. */
import { addressOf, type Address } from '#contracts/address.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';
import { HEADER, STREAM, coreSubjects, ingressSubjects } from '#contracts/subjects.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import type { Bus } from '#bus/connect.ts';
import { readLast } from '#bus/stored-message.ts';

export type Sizes = { eventBytes: number; recordBytes: number; viewBytes: number; sendBytes: number };

export type Subject = {
  name: 'windlass' | 'jetstream';
  unit(workload: 'W1' | 'W1S'): (index: number) => Promise<void>;
};

/** Enough that 256 units in flight never meet at one actor. */
export const ACTORS = 512;
const ANSWER_TIMEOUT_MS = 30_000;

export async function windlassSubject(
  bus: Bus,
  topology: Topology,
): Promise<Subject & { sizes(): Promise<Sizes> }> {
  let sent = 0;
  const addressOfActor = (index: number): Address => {
    const id = `c${index % ACTORS}`;
    return addressOf({ service: 'bench', type: 'counter', root: id, id });
  };
  const envelopeOf = (to: Address, event: ActorEvent): string => {
    sent += 1;
    return JSON.stringify({
      v: 1,
      kind: 'event',
      id: `bench-${sent}`,
      to,
      event,
      replyTo: '_INBOX.bench.000000',
    });
  };
  /** Publishes straight to the ingress and waits for the actor's answer: the stream's own answer is not awaited. */
  const ask = async (to: Address, event: ActorEvent): Promise<void> => {
    sent += 1;
    const id = `bench-${sent}`;
    const replyTo = `${inbox}.${sent}`;
    const subject = ingressSubjects('bench').of(placeOf(to, topology), to, id);
    const answer = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer from ${to}`)), ANSWER_TIMEOUT_MS);
      waiting.set(replyTo, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    bus.publish(subject, JSON.stringify({ v: 1, kind: 'event', id, to, event, replyTo }));
    await answer;
  };
  const inbox = `answers.${process.pid}`;
  const waiting = new Map<string, () => void>();
  bus.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error) return;
      waiting.get(message.subject)?.();
      waiting.delete(message.subject);
    },
  });
  await bus.flush();
  return {
    name: 'windlass',
    unit: (workload) => (index) =>
      workload === 'W1'
        ? ask(addressOfActor(index), { type: 'INC' })
        : ask(addressOfActor(index), {
            type: 'INC_AND_SEND',
            to: [addressOfActor(index + 171), addressOfActor(index + 341)],
          }),
    sizes: async () => {
      const to = addressOfActor(0);
      await ask(to, { type: 'INC' });
      const { shard } = placeOf(to, topology);
      const stored = await readLast(bus, {
        stream: STREAM.core('bench', shard),
        subject: coreSubjects('bench', shard).record(to),
      });
      return {
        eventBytes: envelopeOf(to, { type: 'INC' }).length,
        sendBytes: envelopeOf(to, { type: 'INC' }).length,
        recordBytes: stored?.data.length ?? 0,
        viewBytes: stored?.headers.get(HEADER.view.toLowerCase())?.length ?? 0,
      };
    },
  };
}
