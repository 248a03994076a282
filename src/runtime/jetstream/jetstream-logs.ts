/** Mailboxes (in the core stream) and ingress (in its own stream), read in order per partition. */
import { Envelope } from '#contracts/envelope.ts';
import { STREAM, coreSubjects, deadSubjects, ingressSubjects } from '#contracts/subjects.ts';
import { shardOf } from '#contracts/topology.ts';
import { readOrdered, type ReadMessage } from '#bus/ordered-reader.ts';
import { publish } from '#bus/publish.ts';
import type { LogEntry, Logs, Subscription } from '../ports.ts';
import type { JetStreamBinding } from './jetstream-record-store.ts';

export class JetStreamLogs implements Logs {
  readonly #binding: JetStreamBinding;

  constructor(binding: JetStreamBinding) {
    this.#binding = binding;
  }

  async read(partitions: readonly number[], onEntry: (entry: LogEntry) => void): Promise<Subscription> {
    const { bus, service, topology } = this.#binding;
    const readers: { close(): Promise<void> }[] = [];
    const shards = Map.groupBy(partitions, (partition) => shardOf(partition, topology));
    for (const [shard, owned] of shards) {
      readers.push(
        await readOrdered(
          bus,
          {
            stream: STREAM.core(service, shard),
            subjects: owned.map((partition) => coreSubjects(service, shard).mailbox(partition)),
            from: 0,
          },
          (message) => onEntry(entryOf('mailbox', message)),
        ),
        await readOrdered(
          bus,
          {
            stream: STREAM.ingress(service),
            subjects: owned.map((partition) => ingressSubjects(service).partition({ shard, partition })),
            from: 0,
          },
          (message) => onEntry(entryOf('ingress', message)),
        ),
      );
    }
    return { close: async () => void (await Promise.all(readers.map((reader) => reader.close()))) };
  }

  async purge(args: { log: 'mailbox' | 'ingress'; partition: number; belowSequence: number }): Promise<void> {
    const { bus, service, topology } = this.#binding;
    const shard = shardOf(args.partition, topology);
    const [stream, filter] =
      args.log === 'mailbox'
        ? [STREAM.core(service, shard), coreSubjects(service, shard).mailbox(args.partition)]
        : [STREAM.ingress(service), ingressSubjects(service).partition({ shard, partition: args.partition })];
    await bus.request(`$JS.API.STREAM.PURGE.${stream}`, JSON.stringify({ filter, seq: args.belowSequence }), {
      timeout: 5_000,
    });
  }

  async park(entry: LogEntry, reason: string): Promise<void> {
    const { bus, service } = this.#binding;
    const source = `${service}-${entry.log}-${entry.partition}-${entry.sequence}`;
    await publish(bus, {
      subject: deadSubjects.of(source),
      data: JSON.stringify({ v: 1, source, reason, raw: entry.raw }),
      headers: { 'Nats-Msg-Id': source },
    });
  }
}

function entryOf(log: LogEntry['log'], message: ReadMessage): LogEntry {
  // mb.<service>.<shard>.<partition>.… and in.<service>.<shard>.<partition>.…
  const partition = Number(message.subject.split('.')[3]);
  const base = { log, partition, sequence: message.sequence, raw: message.data };
  try {
    return { ...base, envelope: Envelope.parse(JSON.parse(message.data)) };
  } catch (error) {
    return { ...base, envelope: null, reason: `ENVELOPE_INVALID: ${(error as Error).message}` };
  }
}
