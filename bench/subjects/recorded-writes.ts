/**
 * What Windlass publishes to its streams for one workflow, recorded from the wire, and the same again by hand: as many
 * messages of as many bytes, in the same units and the same order, without machine, kernel or worker.
 *
 * What the store alone takes. Who writes by hand groups what waits at the same time, as Windlass does, and waits for each
 * unit before the next one; notes of the history are not waited for.
 */
import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { Msg } from '@nats-io/transport-node';
import type { Bus } from '#bus/connect.ts';
import { GroupCommitter } from '#bus/group-committer.ts';
import type { OutgoingMessage } from '#bus/publish.ts';
import { STREAM, coreSubjects, historySubjects, ingressSubjects } from '#contracts/subjects.ts';

type StreamKind = 'core' | 'ingress' | 'history';

/** One message: `key` names its subject among those of its workflow. */
export type Write = { key: number; dataBytes: number; headerBytes: number };
/** Messages that are stored together. */
export type WriteUnit = { stream: StreamKind; writes: readonly Write[] };

const BATCH_ID = 'Nats-Batch-Id';

/** Records what is published while `act` runs. */
export async function recordWrites(bus: Bus, act: () => Promise<void>): Promise<WriteUnit[]> {
  const seen: { stream: StreamKind; message: Msg }[] = [];
  const { never } = ingressSubjects('bench');
  const subjects: Record<StreamKind, readonly string[]> = {
    core: coreSubjects('bench', 0).all,
    ingress: [ingressSubjects('bench').all],
    history: [historySubjects.all],
  };
  const subscriptions = (Object.keys(subjects) as StreamKind[]).flatMap((stream) =>
    subjects[stream].map((subject) =>
      bus.subscribe(subject, {
        callback: (error, message) => {
          // what the server asks itself to delete, or is asked to refuse, is no write of a workflow
          const isWrite = !message.headers?.has('Nats-Rollup') && message.subject !== never;
          if (!error && isWrite) seen.push({ stream, message });
        },
      }),
    ),
  );
  await bus.flush();
  await act();
  for (const subscription of subscriptions) await subscription.drain();
  const keys = new Map<string, number>();
  const units = new Map<string, { stream: StreamKind; writes: Write[] }>();
  seen.forEach(({ stream, message }, place) => {
    const name = message.headers?.get(BATCH_ID) || `single-${place}`;
    const unit = units.get(name) ?? { stream, writes: [] };
    units.set(name, unit);
    keys.set(message.subject, keys.get(message.subject) ?? keys.size);
    unit.writes.push({
      key: keys.get(message.subject) ?? 0,
      dataBytes: message.data.length,
      headerBytes: headerBytesOf(message),
    });
  });
  return [...units.values()];
}

/** How many there are, for the reader of a line. */
export function countsOf(units: readonly WriteUnit[]): { commits: number; messages: number; bytes: number } {
  const writes = units.flatMap((unit) => unit.writes);
  return {
    commits: units.filter(({ stream }) => stream !== 'history').length,
    messages: writes.length,
    bytes: writes.reduce((sum, { dataBytes, headerBytes }) => sum + dataBytes + headerBytes, 0),
  };
}

function headerBytesOf({ headers }: Msg): number {
  let bytes = 0;
  for (const name of headers?.keys() ?? []) {
    if (!name.startsWith('Nats-Batch') && !name.startsWith('Nats-Expected'))
      bytes += name.length + (headers?.get(name).length ?? 0) + 4;
  }
  return bytes;
}

const PREFIX: Record<StreamKind, string> = {
  core: 'by-hand.core',
  ingress: 'by-hand.in',
  history: 'by-hand.hist',
};

/**
 * Writes recorded units with each call, for one more workflow, or once more for one that has a name already. Its streams
 * have the settings of Windlass's own.
 */
export async function writesByHand(
  bus: Bus,
  units: readonly WriteUnit[],
): Promise<(id: string) => Promise<void>> {
  const manager = await jetstreamManager(bus);
  const originals: Record<StreamKind, string> = {
    core: STREAM.core('bench', 0),
    ingress: STREAM.ingress('bench'),
    history: STREAM.history,
  };
  for (const stream of Object.keys(originals) as StreamKind[]) {
    const { config } = await manager.streams.info(originals[stream]);
    const { republish: _republish, metadata: _metadata, ...settings } = config;
    const name = `BY_HAND_${stream.toUpperCase()}`;
    await manager.streams.add({ ...settings, name, subjects: [`${PREFIX[stream]}.>`] } as StreamConfig);
  }
  const committers = { core: new GroupCommitter(bus), ingress: new GroupCommitter(bus) };
  const revisionsOf = new Map<string, Map<number, number>>();
  return async (id) => {
    const revisions = revisionsOf.get(id) ?? new Map<number, number>();
    revisionsOf.set(id, revisions);
    for (const { stream, writes } of units) {
      const messages = writes.map((write, place) =>
        messageOf(stream, { id, write, revision: place === 0 ? (revisions.get(write.key) ?? 0) : undefined }),
      );
      if (stream === 'history') {
        for (const { subject, data } of messages) bus.publish(subject, data);
        continue;
      }
      const sequence = await committers[stream].commit(messages);
      const [first] = writes;
      if (first) revisions.set(first.key, sequence);
    }
  };
}

/** The first message of a unit of the core stream is a record: it is put by compare-and-set. */
function messageOf(
  stream: StreamKind,
  { id, write, revision }: { id: string; write: Write; revision: number | undefined },
): OutgoingMessage {
  const { key, dataBytes, headerBytes } = write;
  const isRecord = stream === 'core' && revision !== undefined;
  return {
    subject: `${PREFIX[stream]}.${id}.${key}`,
    data: 'x'.repeat(dataBytes),
    headers: {
      Filler: 'x'.repeat(headerBytes),
      ...(isRecord ? { 'Nats-Expected-Last-Subject-Sequence': String(revision) } : {}),
    },
  };
}
