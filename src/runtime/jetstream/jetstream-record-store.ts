/**
 * Records in a core stream.
 *
 * C1 One step is one commit: record, view, sends, alarm and activities are stored together or not at all.
 * C2 A step without sends is a single compare-and-set publish; anything more is an atomic batch, fenced by the
 *    epoch of the partition's owner.
 * C3 After a lost answer the stored record tells by its commit header whether the step is done.
 * C4 Cancellations and log lines leave after the commit: they are best effort.
 * C5 The step's note is stored with the record, so the newest is never lost. Its copy in the history leaves after the
 *    commit, unacknowledged; whoever loads a record of another process stores its note again, since that one may have
 *    died before it did.
 * C6 What is not found where a stream has copies was looked for by a server that is as far as this process: a leader
 *    that was cut off does not know the records that were made since, and what is sent to an unknown actor is parked. What
 *    is found may be old for the same reason.
 */
import { ActorRecord } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';
import { HEADER, STREAM, activitySubjects, coreSubjects, historySubjects } from '#contracts/subjects.ts';
import { partsOf } from '#contracts/address.ts';
import { placeOf, shardOf, type Topology } from '#contracts/topology.ts';
import { isConflict, isUnknownOutcome } from '#bus/bus-error.ts';
import type { Bus } from '#bus/connect.ts';
import { GroupCommitter } from '#bus/group-committer.ts';
import type { OutgoingMessage } from '#bus/publish.ts';
import { readLast, type StoredMessage } from '#bus/stored-message.ts';
import type { StreamPositions } from '#bus/stream-positions.ts';
import { asciiJson } from '../ascii-json.ts';
import { encodeCommit, taskName, type CommitPart, type EncodedCommit } from '../commit-encoding.ts';
import type { Commit, RecordStore, StoredRecord } from '../ports.ts';
import { CommitConflict, OwnershipLost } from '../runtime-error.ts';

const RETRY_MS = 100;
const TTL_MS_MIN = 1_000;

export type JetStreamBinding = {
  bus: Bus;
  topology: Topology;
  service: string;
  node: string;
  /** Shared by all that reads and writes the core streams of one node; absent where no server can be behind another. */
  positions?: StreamPositions;
};

export class JetStreamRecordStore implements RecordStore {
  readonly #binding: JetStreamBinding;
  readonly #committers = new Map<number, GroupCommitter>();
  #commits = 0;

  constructor(binding: JetStreamBinding) {
    this.#binding = binding;
  }

  async load(address: Address): Promise<StoredRecord | null> {
    const stored = await this.#read(address);
    if (stored === null) await this.#assertAbsent(address);
    if (!stored || stored.data === '') return null;
    this.#repairHistory(address, stored);
    const loaded = { record: ActorRecord.parse(JSON.parse(stored.data)), revision: stored.sequence };
    return this.#binding.positions ? { ...loaded, mayBeOld: true } : loaded;
  }

  async commit(commit: Commit): Promise<number> {
    const { service, node } = this.#binding;
    const { shard } = placeOf(commit.record.address, this.#binding.topology);
    this.#commits += 1;
    const commitId = `${node}-${this.#commits}`;
    const encoded = encodeCommit(commit);
    const messages = this.#messages(commit, { encoded, commitId });
    const committer = this.#committer(shard);
    for (;;) {
      try {
        const revision = await committer.commit(messages);
        this.#binding.positions?.note(STREAM.core(service, shard), revision);
        this.#announce(commit, encoded.note);
        return revision;
      } catch (error) {
        if (isUnknownOutcome(error)) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        else if (!isConflict(error)) throw error;
        const stored = await this.#readUntilAnswered(commit.record.address);
        if (stored?.headers.get(HEADER.commit.toLowerCase()) === commitId) {
          this.#announce(commit, encoded.note);
          return stored.sequence;
        }
        if ((stored?.sequence ?? 0) !== commit.expectedRevision)
          throw new CommitConflict(commit.record.address);
        if (isConflict(error) && !(await this.#stillOwned({ commit, shard, service }))) {
          throw new OwnershipLost(commit.partition);
        }
      }
    }
  }

  #messages(commit: Commit, args: { encoded: EncodedCommit; commitId: string }): OutgoingMessage[] {
    const { address } = commit.record;
    const { service, topology } = this.#binding;
    const subjects = coreSubjects(service, placeOf(address, topology).shard);
    const { encoded, commitId } = args;
    const headers: Record<string, string> = {
      'Nats-Expected-Last-Subject-Sequence': String(commit.expectedRevision),
      [HEADER.commit]: commitId,
      [HEADER.view]: asciiJson(encoded.view),
      [HEADER.note]: encoded.note,
    };
    if (encoded.clearsAlarm) {
      headers['Nats-Schedule-Next'] = 'purge';
      headers['Nats-Scheduler'] = subjects.alarm(address);
    }
    if (commit.expireAfterMs !== undefined) {
      headers['Nats-TTL'] = `${Math.ceil(Math.max(commit.expireAfterMs, TTL_MS_MIN) / 1_000)}s`;
    }
    const others = encoded.parts.map((part) => this.#partMessage(part, address));
    const [first] = others;
    if (first) first.headers = { ...first.headers, ...this.#fence(commit) };
    return [{ subject: subjects.record(address), data: encoded.record, headers }, ...others];
  }

  #fence(commit: Commit): Record<string, string> {
    const { service, topology } = this.#binding;
    return {
      'Nats-Expected-Last-Subject-Sequence': String(commit.epoch),
      'Nats-Expected-Last-Subject-Sequence-Subject': coreSubjects(
        service,
        shardOf(commit.partition, topology),
      ).owner(commit.partition),
    };
  }

  #partMessage(part: CommitPart, from: Address): OutgoingMessage {
    const { service, topology } = this.#binding;
    const own = placeOf(from, topology);
    const subjects = coreSubjects(service, own.shard);
    switch (part.kind) {
      case 'envelope': {
        const { to, id } = part.envelope;
        const place = placeOf(to, topology);
        const near = partsOf(to).service === service && place.shard === own.shard;
        const subject = near
          ? subjects.mailboxOf(place.partition, to, id)
          : subjects.outbox(own.partition, { address: to, place }, id);
        return { subject, data: JSON.stringify(part.envelope) };
      }
      case 'task':
        return {
          subject: subjects.task(own.partition, {
            queue: part.task.queue,
            actor: from,
            name: taskName(part.task),
          }),
          data: JSON.stringify(part.task),
        };
      case 'near-mark':
        return { subject: subjects.nearMark(own.partition, from), data: JSON.stringify(part.mark) };
      case 'alarm':
        return {
          subject: subjects.alarm(from),
          data: JSON.stringify(part.envelope),
          headers: {
            'Nats-Schedule': `@at ${new Date(part.dueAtMs).toISOString()}`,
            'Nats-Schedule-Target': subjects.mailboxOf(own.partition, from, part.envelope.id),
          },
        };
    }
  }

  #announce(commit: Commit, note: string): void {
    this.#binding.bus.publish(historySubjects.of(commit.record.address), note);
    for (const effect of commit.effects) {
      if (effect.kind !== 'cancel-activity') continue;
      const { childId, birth } = effect;
      const cancel = JSON.stringify({ actor: commit.record.address, childId, birth });
      this.#binding.bus.publish(activitySubjects(this.#binding.service).cancel, cancel);
    }
  }

  #repairHistory(address: Address, stored: StoredMessage): void {
    const commitId = stored.headers.get(HEADER.commit.toLowerCase()) ?? '';
    const note = stored.headers.get(HEADER.note.toLowerCase());
    const isOwn = commitId.slice(0, commitId.lastIndexOf('-')) === this.#binding.node;
    if (note && !isOwn) this.#binding.bus.publish(historySubjects.of(address), note);
  }

  async #stillOwned(args: { commit: Commit; shard: number; service: string }): Promise<boolean> {
    const owner = await this.#untilAnswered(() =>
      readLast(this.#binding.bus, {
        stream: STREAM.core(args.service, args.shard),
        subject: coreSubjects(args.service, args.shard).owner(args.commit.partition),
      }),
    );
    return (owner?.sequence ?? 0) === args.commit.epoch;
  }

  async #assertAbsent(address: Address): Promise<void> {
    const { bus, service, topology, positions } = this.#binding;
    const { shard } = placeOf(address, topology);
    const subject = coreSubjects(service, shard).record(address);
    await positions?.assertNothingThere(bus, { stream: STREAM.core(service, shard), subject });
  }

  #readUntilAnswered(address: Address): Promise<StoredMessage | null> {
    return this.#untilAnswered(() => this.#read(address));
  }

  async #untilAnswered<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await read();
      } catch (error) {
        if (!isUnknownOutcome(error) || this.#binding.bus.isClosed()) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #read(address: Address): Promise<StoredMessage | null> {
    const { service, topology, bus } = this.#binding;
    const { shard } = placeOf(address, topology);
    return readLast(bus, {
      stream: STREAM.core(service, shard),
      subject: coreSubjects(service, shard).record(address),
      orFromCopy: true,
    });
  }

  #committer(shard: number): GroupCommitter {
    const known = this.#committers.get(shard);
    if (known) return known;
    const created = new GroupCommitter(this.#binding.bus);
    this.#committers.set(shard, created);
    return created;
  }
}
