/** The same writes by hand, on streams of the same settings. */
import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { publishBatch } from '#bus/atomic-batch.ts';
import type { Bus } from '#bus/connect.ts';
import { publish } from '#bus/publish.ts';
import type { Sizes, Subject } from './subject-windlass.ts';

/** Batches that nobody groups wait long for their turn: it is measured, not cut off. */
const PATIENCE_MS = 60_000;

export async function jetStreamSubject(bus: Bus, sizes: Sizes): Promise<Subject> {
  const manager = await jetstreamManager(bus);
  await manager.streams.add({ name: 'RAW_IN', subjects: ['raw.in.>'] });
  await manager.streams.add({
    name: 'RAW',
    subjects: ['raw.s.>', 'raw.mb.>'],
    max_msgs_per_subject: 1,
    allow_direct: true,
    allow_atomic: true,
  } as Partial<StreamConfig> as StreamConfig);
  const event = 'x'.repeat(sizes.eventBytes);
  const send = 'x'.repeat(sizes.sendBytes);
  const record = 'x'.repeat(sizes.recordBytes);
  const view = 'x'.repeat(sizes.viewBytes);
  const revisions = new Map<string, number>();
  let stored = 0;
  return {
    name: 'jetstream',
    unit: (workload) => async (index) => {
      stored += 1;
      // As many keys as units: nobody waits for another one's compare-and-set.
      const subject = `raw.s.${workload}.${index}`;
      const expected = revisions.get(subject) ?? 0;
      const headers = { 'Nats-Expected-Last-Subject-Sequence': String(expected), 'Windlass-View': view };
      await publish(bus, { subject: `raw.in.${stored}`, data: event }, PATIENCE_MS);
      const put = { subject, data: record, headers };
      if (workload === 'W1') {
        revisions.set(subject, (await publish(bus, put, PATIENCE_MS)).sequence);
        return;
      }
      const sends = [1, 2].map((n) => ({ subject: `raw.mb.${stored}.${n}`, data: send }));
      revisions.set(subject, (await publishBatch(bus, [put, ...sends], PATIENCE_MS)).firstSequence);
    },
  };
}
