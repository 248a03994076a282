/** Mailboxes (in the core stream) and ingress (in its own stream), read in order per partition. */
import { Envelope } from '#contracts/envelope.ts';
import { STREAM, coreSubjects, deadSubjects, ingressSubjects } from '#contracts/subjects.ts';
import { shardOf } from '#contracts/topology.ts';
import { forgetBelow } from '#bus/forget-below.ts';
import { readOrdered, type ReadMessage } from '#bus/ordered-reader.ts';
import { passQueue } from '#bus/pass-queue.ts';
import { publish } from '#bus/publish.ts';
import { Relay } from '#bus/relay.ts';
import { readLast } from '#bus/stored-message.ts';
import type { LogEntry, Logs, NearMark, Subscription } from '../ports.ts';
import { NearMarkReader } from './near-mark-reader.ts';
import type { JetStreamBinding } from './jetstream-record-store.ts';

const RELAY_PURGE_MS = 2_000;

/** Whoever reads a partition also passes on what its actors have for others. */
export class JetStreamLogs implements Logs {
  readonly #binding: JetStreamBinding;

  constructor(binding: JetStreamBinding) {
    this.#binding = binding;
  }

  async read(
    partitions: readonly number[],
    onEntry: (entry: LogEntry) => void,
    onNearMark?: (mark: NearMark) => void,
  ): Promise<Subscription> {
    const { service, topology, bus } = this.#binding;
    const shards = Map.groupBy(partitions, (partition) => shardOf(partition, topology));
    const opening = [...shards].flatMap(([shard, owned]) => {
      const subjects = owned.map((partition) => ingressSubjects(service).partition({ shard, partition }));
      const ingress = { stream: STREAM.ingress(service), subjects, from: 0, readsDirectly: true };
      return [
        this.#readCore({ shard, owned, onEntry, onNearMark }),
        readOrdered(bus, ingress, (message) => onEntry(entryOf('ingress', message))),
      ];
    });
    const opened = await Promise.allSettled(opening);
    const close = async (): Promise<void> => {
      await Promise.all(opened.map(async (one) => one.status === 'fulfilled' && one.value.close()));
    };
    const failed = opened.find((one) => one.status === 'rejected');
    if (failed === undefined) return { close };
    // What was opened would go on to relay for partitions that are not owned.
    await close();
    throw failed.reason;
  }

  /** Mailboxes, outboxes and tasks of some partitions of one shard. */
  async #readCore(args: {
    shard: number;
    owned: readonly number[];
    onEntry: (entry: LogEntry) => void;
    onNearMark: ((mark: NearMark) => void) | undefined;
  }): Promise<Subscription> {
    const { bus, service, positions } = this.#binding;
    const { shard, owned, onEntry, onNearMark } = args;
    const stream = STREAM.core(service, shard);
    const subjects = coreSubjects(service, shard);
    const near = onNearMark && new NearMarkReader({ bus, service, shard, onNearMark });
    const relays = new Map(owned.map((partition) => [partition, new Relay({ bus, stream, positions })]));
    const purging = setInterval(() => void this.#purgeRelayed(shard, relays), RELAY_PURGE_MS);
    const stop = (): void => {
      clearInterval(purging);
      near?.close();
      for (const relay of relays.values()) relay.close();
    };
    const filter = owned.flatMap((partition) => [
      subjects.mailbox(partition),
      ...subjects.relays(partition),
      ...(near ? [subjects.nearMarks(partition)] : []),
    ]);
    const onMessage = (message: ReadMessage): void => {
      positions?.note(stream, message.sequence);
      if (near?.push(message)) return;
      const relayed = relays.get(partitionOf(message.subject))?.push(message);
      if (!relayed) onEntry(entryOf('mailbox', message));
    };
    try {
      const reader = await readOrdered(
        bus,
        { stream, subjects: filter, from: 0, readsDirectly: true },
        onMessage,
      );
      return {
        close: async () => {
          stop();
          await reader.close();
        },
      };
    } catch (error) {
      stop();
      throw error;
    }
  }

  /** What a receiver has is forgotten here, whoever owns the partition by now. */
  async #purgeRelayed(shard: number, relays: ReadonlyMap<number, Relay>): Promise<void> {
    const { bus, service } = this.#binding;
    for (const [partition, relay] of relays) {
      const sequence = relay.takePurge();
      if (sequence === null) continue;
      const stream = STREAM.core(service, shard);
      for (const subject of coreSubjects(service, shard).relays(partition))
        await forgetBelow(bus, { stream, subject, sequence }).catch(() => relay.purgeFailed());
    }
  }

  async newestIngress(partition: number): Promise<number> {
    const { bus, service, topology } = this.#binding;
    const subject = ingressSubjects(service).partition({ shard: shardOf(partition, topology), partition });
    await passQueue(bus, ingressSubjects(service).never);
    return (await readLast(bus, { stream: STREAM.ingress(service), subject }))?.sequence ?? 0;
  }

  async purge(args: { log: 'mailbox' | 'ingress'; partition: number; belowSequence: number }): Promise<void> {
    const { bus, service, topology } = this.#binding;
    const shard = shardOf(args.partition, topology);
    const [stream, subject] =
      args.log === 'mailbox'
        ? [STREAM.core(service, shard), coreSubjects(service, shard).mailbox(args.partition)]
        : [STREAM.ingress(service), ingressSubjects(service).partition({ shard, partition: args.partition })];
    await forgetBelow(bus, { stream, subject, sequence: args.belowSequence });
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
  const partition = partitionOf(message.subject);
  const base = { log, partition, sequence: message.sequence, raw: message.data };
  try {
    return { ...base, envelope: Envelope.parse(JSON.parse(message.data)) };
  } catch (error) {
    return { ...base, envelope: null, reason: `ENVELOPE_INVALID: ${(error as Error).message}` };
  }
}

/** mb, ob, tq and in: `<kind>.<service>.<shard>.<partition>.…` */
function partitionOf(subject: string): number {
  return Number(subject.split('.')[3]);
}
