/** Owners of partitions: one key each, compare-and-set; the key's stream sequence is the epoch. */
import { STREAM, coreSubjects } from '#contracts/subjects.ts';
import { shardOf } from '#contracts/topology.ts';
import { isConflict, isUnknownOutcome } from '#bus/bus-error.ts';
import { readOrdered } from '#bus/ordered-reader.ts';
import { Presence } from '#bus/presence.ts';
import { publish } from '#bus/publish.ts';
import { readLast } from '#bus/stored-message.ts';
import type { Membership, OwnershipStore, PartitionOwner, Subscription } from '../ports.ts';
import type { JetStreamBinding } from './jetstream-record-store.ts';

export class JetStreamOwnership implements OwnershipStore {
  readonly #binding: JetStreamBinding;

  constructor(binding: JetStreamBinding) {
    this.#binding = binding;
  }

  async watch(onOwner: (owner: PartitionOwner) => void): Promise<Subscription> {
    const { bus, service, topology } = this.#binding;
    const readers = await Promise.all(
      Array.from({ length: topology.shards }, (_, shard) =>
        readOrdered(
          bus,
          {
            stream: STREAM.core(service, shard),
            subjects: [coreSubjects(service, shard).owners],
            from: 'last-per-subject',
          },
          (message) =>
            onOwner({
              partition: Number(message.subject.split('.').at(-1)),
              node: message.data || null,
              epoch: message.sequence,
            }),
        ),
      ),
    );
    return { close: async () => void (await Promise.all(readers.map((reader) => reader.close()))) };
  }

  async claim(args: { partition: number; node: string; seenEpoch: number }): Promise<number | null> {
    return this.#put({ partition: args.partition, owner: args.node, expected: args.seenEpoch });
  }

  async currentEpoch(partition: number): Promise<number> {
    const { bus, service, topology } = this.#binding;
    const shard = shardOf(partition, topology);
    const stream = STREAM.core(service, shard);
    return (
      (await readLast(bus, { stream, subject: coreSubjects(service, shard).owner(partition) }))?.sequence ?? 0
    );
  }

  async release(args: { partition: number; epoch: number }): Promise<void> {
    await this.#put({ partition: args.partition, owner: '', expected: args.epoch });
  }

  async #put(args: { partition: number; owner: string; expected: number }): Promise<number | null> {
    const { bus, service, topology } = this.#binding;
    const subjects = coreSubjects(service, shardOf(args.partition, topology));
    try {
      const receipt = await publish(bus, {
        subject: subjects.owner(args.partition),
        data: args.owner,
        headers: { 'Nats-Expected-Last-Subject-Sequence': String(args.expected) },
      });
      return receipt.sequence;
    } catch (error) {
      // Lost answer: the watch tells who owns it; a claim that went through is seen there and taken up.
      if (isConflict(error) || isUnknownOutcome(error)) return null;
      throw error;
    }
  }
}

export class JetStreamMembership implements Membership {
  readonly #binding: JetStreamBinding;
  #presence: Presence | undefined;

  constructor(binding: JetStreamBinding) {
    this.#binding = binding;
  }

  async join(node: string, onChange: (nodes: readonly string[]) => void): Promise<void> {
    this.#presence = new Presence(this.#binding.bus, { service: this.#binding.service, node, onChange });
    await this.#presence.join();
  }

  async leave(): Promise<void> {
    await this.#presence?.leave();
  }
}
