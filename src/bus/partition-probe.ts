/** Measures how long a partition takes to commit an event: is it owned, does it move? */
import { createInbox, nuid } from '@nats-io/transport-node';
import { probeOf } from '#contracts/probe.ts';
import { ingressSubjects } from '#contracts/subjects.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';
import type { Bus } from './connect.ts';
import { publish } from './publish.ts';

export type ProbeOptions = { service: string; partition: number; topology: Topology; timeoutMs: number };

/** Milliseconds until the probe's step was committed; null when it was not within `timeoutMs`. */
export async function probePartition(bus: Bus, options: ProbeOptions): Promise<number | null> {
  const { service, topology, timeoutMs } = options;
  const to = probeOf(options);
  const startedAt = performance.now();
  const replyTo = createInbox();
  const committed = new Promise<number>((resolve) => {
    bus.subscribe(replyTo, {
      max: 1,
      callback: (error) => {
        if (!error) resolve(performance.now() - startedAt);
      },
    });
  });
  const id = `probe-${nuid.next()}`;
  const subject = ingressSubjects(service).of(placeOf(to, topology), to, id);
  const data = JSON.stringify({ v: 1, kind: 'event', id, to, event: { type: 'PROBE' }, replyTo });
  const deadline = startedAt + timeoutMs;
  while (performance.now() < deadline) {
    try {
      await publish(bus, { subject, data, headers: { 'Nats-Msg-Id': id } });
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const late = new Promise<null>((resolve) =>
    setTimeout(() => resolve(null), Math.max(0, deadline - performance.now())),
  );
  return Promise.race([committed, late]);
}
