/** Owners of partitions: one key each, compare-and-set; the key's stream sequence is the epoch. */
import { STREAM, coreSubjects } from '#contracts/subjects.ts';
import { shardOf } from '#contracts/topology.ts';
import { isConflict, isUnknownOutcome } from '#bus/bus-error.ts';
import { readOrdered } from '#bus/ordered-reader.ts';
import { Presence } from '#bus/presence.ts';
import { GroupCommitter } from '#bus/group-committer.ts';
import { readLast } from '#bus/stored-message.ts';
import type { Membership, OwnershipStore, PartitionOwner, Subscription } from '../ports.ts';
import type { JetStreamBinding } from './jetstream-record-store.ts';

const PROOF_TRIES_MAX = 5;
const PROOF_RETRY_MS = 50;

/**
 * N1 A claim whose answer was lost is found out by reading the key: a node's name is unique, so what bears it is its own.
 * N2 A claim that came too late tells the watchers who owns the partition: a watch that lags must not make a node claim
 *    by an old epoch for ever.
 * N3 Where a server can be behind, ownership is proved by a write that the stream takes only under the epoch.
 */
export class JetStreamOwnership implements OwnershipStore {
  readonly #binding: JetStreamBinding;
  readonly #watchers = new Set<(owner: PartitionOwner) => void>();
  readonly #committers = new Map<number, GroupCommitter>();

  constructor(binding: JetStreamBinding) {
    this.#binding = binding;
  }

  async watch(onOwner: (owner: PartitionOwner) => void): Promise<Subscription> {
    const { bus, service, topology } = this.#binding;
    const tell = newsOnly(onOwner);
    this.#watchers.add(tell);
    const readers = await Promise.all(
      Array.from({ length: topology.shards }, (_, shard) =>
        readOrdered(
          bus,
          {
            stream: STREAM.core(service, shard),
            subjects: [coreSubjects(service, shard).owners],
            from: 'last-per-subject',
            readsDirectly: true,
          },
          (message) =>
            tell({
              partition: Number(message.subject.split('.').at(-1)),
              node: message.data || null,
              epoch: message.sequence,
            }),
        ),
      ),
    );
    return {
      close: async () => {
        this.#watchers.delete(tell);
        await Promise.all(readers.map((reader) => reader.close()));
      },
    };
  }

  async claim(args: { partition: number; node: string; seenEpoch: number }): Promise<number | null> {
    const epoch = await this.#put({ partition: args.partition, owner: args.node, expected: args.seenEpoch });
    if (epoch !== null) {
      this.#note(args.partition, epoch);
      return epoch;
    }
    const owner = await this.#read(args.partition);
    if (owner === null || owner.epoch <= args.seenEpoch) return null;
    if (owner.node === args.node) {
      this.#note(args.partition, owner.epoch);
      return owner.epoch;
    }
    for (const tell of this.#watchers) tell(owner);
    return null;
  }

  /** All that was committed under earlier epochs comes before it in the stream. */
  #note(partition: number, epoch: number): void {
    const { service, topology, positions } = this.#binding;
    positions?.note(STREAM.core(service, shardOf(partition, topology)), epoch);
  }

  async currentEpoch(partition: number): Promise<number> {
    return (await this.#read(partition))?.epoch ?? 0;
  }

  async isOwned({ partition, epoch }: { partition: number; epoch: number }): Promise<boolean> {
    if (!this.#binding.positions) return (await this.currentEpoch(partition)) === epoch;
    const { service, topology } = this.#binding;
    const shard = shardOf(partition, topology);
    const subjects = coreSubjects(service, shard);
    const headers = {
      'Nats-Expected-Last-Subject-Sequence': String(epoch),
      'Nats-Expected-Last-Subject-Sequence-Subject': subjects.owner(partition),
    };
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#committerOf(shard).commit([{ subject: subjects.proof(partition), headers }]);
        return true;
      } catch (error) {
        if (!isConflict(error)) throw error;
        if ((await this.currentEpoch(partition)) !== epoch) return false;
        // Two proofs of one partition at the same time: the server refuses one of them.
        if (tries === PROOF_TRIES_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, PROOF_RETRY_MS));
      }
    }
  }

  async release(args: { partition: number; epoch: number }): Promise<void> {
    await this.#put({ partition: args.partition, owner: '', expected: args.epoch });
  }

  async #read(partition: number): Promise<PartitionOwner | null> {
    const { bus, service, topology } = this.#binding;
    const shard = shardOf(partition, topology);
    const subject = coreSubjects(service, shard).owner(partition);
    const stored = await readLast(bus, { stream: STREAM.core(service, shard), subject });
    return stored && { partition, node: stored.data || null, epoch: stored.sequence };
  }

  #committerOf(shard: number): GroupCommitter {
    const known = this.#committers.get(shard);
    if (known) return known;
    const created = new GroupCommitter(this.#binding.bus);
    this.#committers.set(shard, created);
    return created;
  }

  async #put(args: { partition: number; owner: string; expected: number }): Promise<number | null> {
    const { service, topology } = this.#binding;
    const shard = shardOf(args.partition, topology);
    const subjects = coreSubjects(service, shard);
    try {
      // A node that starts claims all at once: in groups, or each claim would wait for a sync of its own.
      return await this.#committerOf(shard).commit([
        {
          subject: subjects.owner(args.partition),
          data: args.owner,
          headers: { 'Nats-Expected-Last-Subject-Sequence': String(args.expected) },
        },
      ]);
    } catch (error) {
      if (isConflict(error) || isUnknownOutcome(error)) return null;
      throw error;
    }
  }
}

/** The same news may come by the watch and by an answer: it is told once, and never after later news. */
function newsOnly(onOwner: (owner: PartitionOwner) => void): (owner: PartitionOwner) => void {
  const told = new Map<number, number>();
  return (owner) => {
    if (owner.epoch <= (told.get(owner.partition) ?? 0)) return;
    told.set(owner.partition, owner.epoch);
    onOwner(owner);
  };
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
