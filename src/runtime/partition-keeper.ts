/**
 * Takes and gives back partitions, so that every partition has one owner and each node its fair share.
 *
 * O1 A partition is worked on only between a successful claim and its release or loss; the claim's epoch fences
 *    everything that is committed under it.
 * O2 A live owner is never robbed: the desired owner waits until the old one has let go or is gone.
 *    Where two nodes take each other for dead, each waits a while before it takes back what it lost.
 * O3 Whoever sees a newer epoch of another node drops the partition at once.
 *    Answers and news travel apart: an answer to a claim that is older than the news changes nothing.
 * O4 Letting go drains: steps in flight are committed first, the rest is read again by the next owner.
 * O5 A node has 512 steps under way at most, whatever has arrived: that bounds what is made and not yet stored. What has
 *    arrived and waits is envelopes. No step waits for another one, so those under way always come to their end.
 * O6 What is not read is not owned: a partition whose reading could not begin, or could not go on, is given up and
 *    claimed again at the next turn.
 */
import { assignPartitions } from './assignment.ts';
import type { ActorsOptions } from './actors-options.ts';
import { PartitionActors } from './partition-actors.ts';
import type { DirectAsks, Membership, PartitionOwner, Subscription } from './ports.ts';
import { PartitionReaders } from './partition-readers.ts';
import { StepSlots } from './step-slots.ts';

const RECONCILE_MS = 1_000;
const PURGE_MS = 2_000;
/** Whoever took a partition from a living owner is alive itself, whatever is heard of it: no fight in a hot loop. */
const CONTEST_MS = 1_000;

export type PartitionKeeperOptions = Omit<
  ActorsOptions,
  'partition' | 'epoch' | 'onLost' | 'isAlive' | 'slots'
> & {
  partitions: number;
  membership: Membership;
  directAsks: DirectAsks;
  /** Applied entries are forgotten so often, in milliseconds. Default 2,000. */
  purgeMs?: number;
};

export class PartitionKeeper {
  readonly #options: PartitionKeeperOptions;
  readonly #readers: PartitionReaders;
  readonly #mine = new Map<number, PartitionActors>();
  readonly #owners = new Map<number, PartitionOwner>();
  /** Lost to another node: not to be claimed before this time. */
  readonly #contestedUntilMs = new Map<number, number>();
  readonly #slots = new StepSlots();
  readonly #stop = new AbortController();
  #nodes: readonly string[] = [];
  #watch: Subscription | undefined;
  #reconciling = false;
  #again = false;
  #leaving = false;
  #loops: Promise<void>[] = [];

  constructor(options: PartitionKeeperOptions) {
    this.#options = options;
    this.#readers = new PartitionReaders(options);
  }

  /** Partitions owned now, in order. */
  get owned(): readonly number[] {
    return [...this.#mine.keys()].toSorted((a, b) => a - b);
  }

  /** Entries read but not yet applied, over all owned partitions. */
  get openCount(): number {
    return [...this.#mine.values()].reduce((sum, actors) => sum + actors.openCount, 0);
  }

  async start(): Promise<void> {
    this.#watch = await this.#options.ownership.watch((owner) => this.#seeOwner(owner));
    await this.#options.membership.join(this.#options.node, (nodes) => {
      this.#nodes = nodes;
      this.#kick();
    });
    this.#loops = [
      this.#every(RECONCILE_MS, () => this.#reconcile()),
      this.#every(this.#options.purgeMs ?? PURGE_MS, () => this.#purgeAll()),
    ];
    // What fails now is tried again at the next turn: a node may start in the middle of an election.
    await this.#tryToReconcile();
  }

  /** Lets go of everything and says goodbye. */
  async leave(): Promise<void> {
    this.#leaving = true;
    await this.#settle();
    const owned = this.owned;
    await this.#release(owned);
    await this.#options.membership.leave();
    this.#stop.abort();
    await Promise.all(this.#loops);
    await this.#watch?.close();
  }

  #seeOwner(owner: PartitionOwner): void {
    const known = this.#owners.get(owner.partition);
    if (known && known.epoch > owner.epoch) return;
    this.#owners.set(owner.partition, owner);
    const actors = this.#mine.get(owner.partition);
    if (actors && owner.epoch > actors.epoch) void this.#lose(owner.partition, actors);
    this.#kick();
  }

  #kick(): void {
    void this.#tryToReconcile();
  }

  #tryToReconcile(): Promise<void> {
    return this.#reconcile().catch((error: unknown) => this.#options.events.failed({ error }));
  }

  async #reconcile(): Promise<void> {
    if (this.#reconciling) {
      this.#again = true;
      return;
    }
    this.#reconciling = true;
    try {
      do {
        this.#again = false;
        if (!this.#leaving) await this.#reconcileOnce();
      } while (this.#again && !this.#leaving);
    } finally {
      this.#reconciling = false;
    }
  }

  async #settle(): Promise<void> {
    while (this.#reconciling) await this.#options.clock.sleep(5);
  }

  async #reconcileOnce(): Promise<void> {
    const { node, partitions } = this.#options;
    const desired = assignPartitions({ partitions, nodes: this.#nodes });
    const surplus = this.owned.filter((partition) => desired.get(partition) !== node);
    if (surplus.length > 0) await this.#release(surplus);
    await this.#giveUpForgotten(desired);
    const wanted = [...desired]
      .filter(([partition, owner]) => owner === node && !this.#mine.has(partition) && this.#isFree(partition))
      .filter(([partition]) => (this.#contestedUntilMs.get(partition) ?? 0) <= this.#options.clock.nowMs())
      .map(([partition]) => partition);
    if (wanted.length > 0) await this.#claim(wanted);
  }

  /**
   * Partitions that are ours on the bus, not here, and meant for another node: the answer to a claim, or a release, was
   * lost. Nobody else may take them while this node lives.
   */
  async #giveUpForgotten(desired: ReadonlyMap<number, string>): Promise<void> {
    const { node, ownership } = this.#options;
    const forgotten = [...this.#owners.values()].filter(
      (owner) =>
        owner.node === node && !this.#mine.has(owner.partition) && desired.get(owner.partition) !== node,
    );
    await Promise.all(forgotten.map(({ partition, epoch }) => ownership.release({ partition, epoch })));
  }

  #isFree(partition: number): boolean {
    const owner = this.#owners.get(partition)?.node;
    return !owner || owner === this.#options.node || !this.#nodes.includes(owner);
  }

  async #claim(partitions: readonly number[]): Promise<void> {
    const { node, ownership } = this.#options;
    const took = new Map<number, PartitionActors>();
    await Promise.all(
      partitions.map(async (partition) => {
        const seenEpoch = this.#owners.get(partition)?.epoch ?? 0;
        const epoch = await ownership.claim({ partition, node, seenEpoch });
        if (epoch === null) return;
        // The answer may come after the news of a later owner: that one must not be forgotten.
        if ((this.#owners.get(partition)?.epoch ?? 0) < epoch)
          this.#owners.set(partition, { partition, node, epoch });
        took.set(partition, this.#actorsOf(partition, epoch));
      }),
    );
    for (const [partition, actors] of took) {
      if (this.#owners.get(partition)?.epoch === actors.epoch) this.#mine.set(partition, actors);
      else {
        took.delete(partition);
        this.#noteContest(partition);
      }
    }
    if (took.size === 0) return;
    try {
      await this.#readers.open(took);
    } catch (error) {
      await this.#release([...took.keys()]);
      throw error;
    }
    this.#options.events.partitionsChanged({ owned: this.owned, took: [...took.keys()], dropped: [] });
  }

  #actorsOf(partition: number, epoch: number): PartitionActors {
    const actors: PartitionActors = new PartitionActors({
      ...this.#options,
      partition,
      epoch,
      slots: this.#slots,
      isAlive: (node) => this.#nodes.includes(node),
      onLost: () => void this.#lose(partition, actors),
    });
    return actors;
  }

  async #release(partitions: readonly number[]): Promise<void> {
    const released = partitions.flatMap((partition) => {
      const actors = this.#mine.get(partition);
      this.#mine.delete(partition);
      return actors ? [{ partition, actors }] : [];
    });
    await Promise.all(released.map(({ actors }) => actors.drop()));
    await this.#stopReading(released.map(({ actors }) => actors));
    await Promise.all(
      released.map(({ partition, actors }) =>
        this.#options.ownership.release({ partition, epoch: actors.epoch }),
      ),
    );
    this.#options.events.partitionsChanged({ owned: this.owned, took: [], dropped: partitions });
  }

  async #lose(partition: number, actors: PartitionActors): Promise<void> {
    if (this.#mine.get(partition) !== actors) return;
    this.#mine.delete(partition);
    this.#noteContest(partition);
    await actors.drop();
    await this.#stopReading([actors]);
    this.#options.events.partitionsChanged({ owned: this.owned, took: [], dropped: [partition] });
    this.#kick();
  }

  async #stopReading(actors: readonly PartitionActors[]): Promise<void> {
    const unread = [...(await this.#readers.close(actors))].filter(
      ([partition, of]) => this.#mine.get(partition) === of,
    );
    if (unread.length === 0) return;
    for (const [partition] of unread) this.#mine.delete(partition);
    await Promise.all(unread.map(([, of]) => of.drop()));
    const dropped = unread.map(([partition]) => partition);
    this.#options.events.partitionsChanged({ owned: this.owned, took: [], dropped });
  }

  #noteContest(partition: number): void {
    this.#contestedUntilMs.set(partition, this.#options.clock.nowMs() + CONTEST_MS);
  }

  async #purgeAll(): Promise<void> {
    await Promise.all([...this.#mine.values()].map((actors) => actors.purge()));
  }

  async #every(intervalMs: number, act: () => Promise<void>): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#options.clock.sleep(intervalMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      await act().catch((error: unknown) => this.#options.events.failed({ error }));
    }
  }
}
