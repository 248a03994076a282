/**
 * The same writes by hand, on streams of the same settings, on the server that Windlass uses.
 *
 * What the best hand-written client would do for the same guarantee: store the event, then the record by
 * compare-and-set (W1), or the record and two sends in one atomic batch (W1S). It knows no actors: nobody reads the
 * event, nobody is sent to.
 */
import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { publishBatch } from '#bus/atomic-batch.ts';
import type { Bus } from '#bus/connect.ts';
import { publish } from '#bus/publish.ts';
import type { Sizes } from './windlass-subject.ts';

/** Batches that nobody groups wait long for their turn: it is measured, not cut off. */
const PATIENCE_MS = 60_000;

export type RawCommits = {
  step: (index: number) => Promise<void>;
  stepWithSends: (index: number) => Promise<void>;
};

export async function rawCommits(bus: Bus, sizes: Sizes): Promise<RawCommits> {
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
  const putOf = async (subject: string) => {
    stored += 1;
    const expected = revisions.get(subject) ?? 0;
    const headers = { 'Nats-Expected-Last-Subject-Sequence': String(expected), 'Windlass-View': view };
    await publish(bus, { subject: `raw.in.${stored}`, data: event }, PATIENCE_MS);
    return { subject, data: record, headers };
  };
  return {
    // As many keys as units: nobody waits for another one's compare-and-set.
    step: async (index) => {
      const put = await putOf(`raw.s.single.${index}`);
      revisions.set(put.subject, (await publish(bus, put, PATIENCE_MS)).sequence);
    },
    stepWithSends: async (index) => {
      const put = await putOf(`raw.s.batch.${index}`);
      const sends = [1, 2].map((n) => ({ subject: `raw.mb.${stored}.${n}`, data: send }));
      revisions.set(put.subject, (await publishBatch(bus, [put, ...sends], PATIENCE_MS)).firstSequence);
    },
  };
}
