/**
 * The same by hand, on streams of the same settings, on the server that Windlass uses.
 *
 * What the best hand-written program would do for the same guarantee. A direct step: a request to whoever has the key,
 * who stores the record by compare-and-set and answers. A stored step: store the event, then the record (W1), or the
 * record and two sends in one atomic batch (W1S): nobody reads the event, nobody is sent to.
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
  storedStep: (index: number) => Promise<void>;
  stepWithSends: (index: number) => Promise<void>;
};

/** @param args.owner another connection: that of whoever has the keys */
export async function rawCommits(args: { bus: Bus; owner: Bus; sizes: Sizes }): Promise<RawCommits> {
  const { bus, owner, sizes } = args;
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
  const putOf = (subject: string) => {
    const expected = revisions.get(subject) ?? 0;
    const headers = { 'Nats-Expected-Last-Subject-Sequence': String(expected), 'Windlass-View': view };
    return { subject, data: record, headers };
  };
  const commit = async (by: Bus, subject: string): Promise<void> => {
    revisions.set(subject, (await publish(by, putOf(subject), PATIENCE_MS)).sequence);
  };
  const storeEvent = async (): Promise<void> => {
    stored += 1;
    await publish(bus, { subject: `raw.in.${stored}`, data: event }, PATIENCE_MS);
  };
  owner.subscribe('raw.ask.*', {
    callback: (_error, message) =>
      void commit(owner, `raw.s.direct.${message.subject.split('.')[2]}`).then(() => message.respond()),
  });
  await owner.flush();
  return {
    // As many keys as units: nobody waits for another one's compare-and-set.
    step: async (index) => {
      await bus.request(`raw.ask.${index}`, event, { timeout: PATIENCE_MS });
    },
    storedStep: async (index) => {
      await storeEvent();
      await commit(bus, `raw.s.single.${index}`);
    },
    stepWithSends: async (index) => {
      await storeEvent();
      const put = putOf(`raw.s.batch.${index}`);
      const sends = [1, 2].map((n) => ({ subject: `raw.mb.${stored}.${n}`, data: send }));
      revisions.set(put.subject, (await publishBatch(bus, [put, ...sends], PATIENCE_MS)).firstSequence);
    },
  };
}
