/** Every record of a type as it is now: for dry runs and surveys, never for a step. */
import { ActorRecord } from '#contracts/actor-record.ts';
import { HEADER, STREAM, coreSubjects } from '#contracts/subjects.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import type { Topology } from '#contracts/topology.ts';
import type { Bus } from '#bus/connect.ts';
import { readSubjectsOnce } from '#bus/read-once.ts';
import { viewOf } from './jetstream-views.ts';

export type UnreadableRecord = { subject: string; reason: string };

/**
 * Calls back with each record of the type in a service, one at a time. Those that this release cannot read are returned.
 * @throws Error when the bus does not answer, or stops answering
 */
export async function scanRecords(
  { bus, topology }: { bus: Bus; topology: Topology },
  { service, type }: { service: string; type: string },
  onRecord: (record: ActorRecord) => void,
): Promise<UnreadableRecord[]> {
  const unreadable: UnreadableRecord[] = [];
  for (let shard = 0; shard < topology.shards; shard += 1) {
    const subject = coreSubjects(service, shard).recordsOfType(type);
    await readSubjectsOnce(bus, { stream: STREAM.core(service, shard), subject }, (message) => {
      if (message.data === '') return;
      const parsed = recordOf(message.data);
      if ('reason' in parsed) unreadable.push({ subject: message.subject, reason: parsed.reason });
      else onRecord(parsed.record);
    });
  }
  return unreadable;
}

/**
 * Calls back with the view of each actor of a service, and how many bytes its record has; reads no record, only the
 * headers of their messages.
 */
export async function scanViews(
  { bus, topology }: { bus: Bus; topology: Topology },
  service: string,
  onView: (view: ActorView, sizeBytes: number) => void,
): Promise<void> {
  for (let shard = 0; shard < topology.shards; shard += 1) {
    const subject = coreSubjects(service, shard).records;
    const filter = { stream: STREAM.core(service, shard), subject, headersOnly: true };
    await readSubjectsOnce(bus, filter, (message) => {
      const view = viewOf(message.header(HEADER.view));
      // the server says it where it leaves out the content
      if (view) onView(view, Number(message.header('Nats-Msg-Size') ?? 0));
    });
  }
}

function recordOf(data: string): { record: ActorRecord } | { reason: string } {
  try {
    return { record: ActorRecord.parse(JSON.parse(data)) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
