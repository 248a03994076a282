/** Measures how long a partition takes to commit an event: is it owned, does it move? */
import { createInbox, nuid } from '@nats-io/transport-node';
import { probeOf } from '#contracts/probe.ts';
import { ingressSubjects } from '#contracts/subjects.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';
import type { Bus } from './connect.ts';
import { publish } from './publish.ts';

export type ProbeOptions = { service: string; partition: number; topology: Topology; timeoutMs: number };

/** An answer is never repeated: whoever loses its server meanwhile asks again. */
const ASK_AGAIN_MS = 2_000;

/** Milliseconds until a step with an event of the probe was committed; null when none was within `timeoutMs`. */
export async function probePartition(bus: Bus, options: ProbeOptions): Promise<number | null> {
  const startedAt = performance.now();
  const deadline = startedAt + options.timeoutMs;
  const isOver = new AbortController();
  const committed = new Promise<number>((resolve) => {
    const ask = (): void => {
      if (isOver.signal.aborted) return;
      setTimeout(ask, ASK_AGAIN_MS);
      void sendProbe(bus, { ...options, deadline, onAnswer: () => resolve(performance.now() - startedAt) });
    };
    ask();
  });
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), options.timeoutMs));
  const first = await Promise.race([committed, late]);
  isOver.abort('over');
  return first;
}

async function sendProbe(
  bus: Bus,
  args: ProbeOptions & { deadline: number; onAnswer: () => void },
): Promise<void> {
  const { service, topology, deadline, onAnswer } = args;
  const to = probeOf(args);
  const replyTo = createInbox();
  bus.subscribe(replyTo, {
    max: 1,
    callback: (error) => {
      if (!error) onAnswer();
    },
  });
  const id = `probe-${nuid.next()}`;
  const subject = ingressSubjects(service).of(placeOf(to, topology), to, id);
  const data = JSON.stringify({ v: 1, kind: 'event', id, to, event: { type: 'PROBE' }, replyTo });
  while (performance.now() < deadline) {
    try {
      await publish(bus, { subject, data, headers: { 'Nats-Msg-Id': id } });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
