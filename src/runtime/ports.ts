/**
 * The whole outside world of the runtime. Two bindings exist, `memory/` and `jetstream/`, held equal by one
 * contract suite. Every call is a point at which a process may die.
 */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import type { Address } from '#contracts/address.ts';
import type { Answer } from '#contracts/answer.ts';
import type { DirectAnswer, DirectAsk } from '#contracts/direct-ask.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { StepAnswer, StepRequest } from '#contracts/step-offer.ts';
import type { StepNote } from '#contracts/step-note.ts';
import type { Effect } from './effects.ts';

export interface Clock {
  nowMs(): number;
  /** Resolves after `delayMs`, or early when `signal` fires. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** A record with its revision: the stream sequence of the message that holds it. */
export type StoredRecord = {
  record: ActorRecord;
  revision: number;
  /** A server that is behind may have shown it: nothing is decided by it that no commit confirms. */
  mayBeOld?: true;
};

/** All that one step changes, to be stored together or not at all. */
export type Commit = {
  record: ActorRecord;
  view: ActorView;
  /** Revision this step started from; 0 when the actor is new. */
  expectedRevision: number;
  effects: readonly Effect[];
  /** What the step did; stored cut to size, told to whoever listens, and kept in the actor's history. */
  note: StepNote;
  /** Ownership under which the step was made. */
  partition: number;
  epoch: number;
  /** Those of the tasks in `effects` that the committing node runs itself: they go to no queue. */
  near?: ReadonlySet<ActivityTask>;
  /** Stores a {@link NearMark} of the actor with the step, in the name of this node. */
  nearMark?: { node: string };
  /** Set on the last commit of an actor: the record goes away after this time. */
  expireAfterMs?: number;
};

export interface RecordStore {
  /**
   * Reads from the leader. Null is certain for an actor of an owned partition.
   * @throws BusError when nobody who knows has answered
   */
  load(address: Address): Promise<StoredRecord | null>;
  /**
   * Stores a step. Returns the new revision.
   * A commit whose first try was stored although its answer was lost counts as done.
   * @throws CommitConflict the record moved on: reload and step again
   * @throws OwnershipLost another node owns the partition: drop everything of it
   */
  commit(commit: Commit): Promise<number>;
}

/** One envelope as read from a log, `raw` kept for the dead letters. `envelope` is null when it does not parse. */
export type LogEntry = {
  log: 'mailbox' | 'ingress';
  partition: number;
  sequence: number;
  envelope: Envelope | null;
  reason?: string;
  raw: string;
};

export interface Subscription {
  close(): Promise<void>;
}

/**
 * Says that an actor may have attempts that the owner of its partition runs itself: the actor's record tells which.
 * Stored for the next owner. An actor has one at most, the newest.
 */
export type NearMark = {
  actor: Address;
  /** The owner that stored it. */
  node: string;
  partition: number;
  /** In the order of epochs: higher than the epoch of the owner that stored it. */
  sequence: number;
  /** Forgets it, soon: the actor has no such attempt any more. */
  done(): void;
};

export interface Logs {
  /**
   * Delivers both logs of the partitions, each in sequence order, from the oldest entry kept. While it is open, what
   * the actors of these partitions have for others is passed on to them.
   */
  read(
    partitions: readonly number[],
    onEntry: (entry: LogEntry) => void,
    /** Near marks of the partitions, oldest first, from every owner. Absent: they are left where they are. */
    onNearMark?: (mark: NearMark) => void,
  ): Promise<Subscription>;
  /**
   * Sequence of the newest entry the ingress of a partition keeps; 0 when it keeps none. Whatever was on its way into
   * the ingress before the call, from a process that died since, is in it by then.
   */
  newestIngress(partition: number): Promise<number>;
  /** Forgets entries of one log below `sequence`: all of them are applied. */
  purge(args: { log: 'mailbox' | 'ingress'; partition: number; belowSequence: number }): Promise<void>;
  /** Parks what cannot be processed, with the reason. */
  park(entry: LogEntry, reason: string): Promise<void>;
}

/** Who owns a partition, and since which epoch. `node` is null when it was given back. */
export type PartitionOwner = { partition: number; node: string | null; epoch: number };

export interface Membership {
  /** Joins; `onChange` is called when nodes come or go. */
  join(node: string, onChange: (nodes: readonly string[]) => void): Promise<void>;
  leave(): Promise<void>;
}

export interface OwnershipStore {
  /** Tells every current and later owner of every partition. */
  watch(onOwner: (owner: PartitionOwner) => void): Promise<Subscription>;
  /** Compare-and-set on the epoch that was seen (0: never owned). Returns the new epoch, null when someone was faster. */
  claim(args: { partition: number; node: string; seenEpoch: number }): Promise<number | null>;
  /** The epoch of the partition as the server that answers holds it; 0 when it was never owned. */
  currentEpoch(partition: number): Promise<number>;
  /**
   * Whether the partition is owned under this epoch now. True is certain: no server that is behind says so.
   * @throws BusError when nobody who knows has answered
   */
  isOwned(args: { partition: number; epoch: number }): Promise<boolean>;
  /** Gives it back; ignored when it is owned by someone else by now. */
  release(args: { partition: number; epoch: number }): Promise<void>;
}

export interface ActivityQueues {
  /** Takes tasks of a queue, never more than `concurrency` at once over all replicas that use the same number. */
  consume(
    args: { queue: string; concurrency: number },
    onTask: (task: ActivityTask, delivery: TaskDelivery) => Promise<void>,
  ): Promise<Subscription>;
  /** Calls back when an attempt is cancelled by its actor. Best effort. */
  onCancel(
    callback: (cancel: { actor: Address; childId: string; birth: number }) => void,
  ): Promise<Subscription>;
}

export type TaskDelivery = {
  /** 1 for the first, more after a worker died with it. */
  deliveryCount: number;
  /**
   * False when the task may have gone to another worker, because this process stood still for too long. Such a delivery
   * is neither acknowledged nor given back, whatever comes of it.
   */
  isLent(): boolean;
};

export type Rate = {
  perSecond: number;
  /** Slots that may be used at once after a quiet time. */
  burst: number;
};

/** Rates that all replicas share. */
export interface RateLimits {
  /**
   * Resolves when one slot of `key` may be used. Rejects with the signal's reason when it fires.
   * @throws RateLimitExceeded where waits are bounded and this one would be too long
   */
  acquire(key: string, args: { rate: Rate; signal: AbortSignal }): Promise<void>;
  /** The other side says that it is too much: everyone slows down for a while. */
  throttled(key: string): Promise<void>;
}

/** Content that is too large for records and envelopes, by its digest. Kept for 90 days after it was last stored. */
export interface Blobs {
  /** Stores content under its digest; storing it again keeps it longer. */
  put(digest: string, content: Uint8Array): Promise<void>;
  /** Null when it is not stored, or not any more. What comes back is not checked yet. */
  get(digest: string): Promise<Uint8Array | null>;
}

/** The way in for everyone: commands, and results of activities. Same id, stored once. */
export interface Ingress {
  send(envelope: Envelope): Promise<void>;
}

/** What an actor says to an envelope that someone waits for. */
export type EnvelopeAnswer = Answer;

/** The way in for whoever wants to know what came of it. */
export interface Asks {
  /**
   * Stores an envelope and waits for its actor's answer: given after the commit, so it is final. Null when there was
   * none in time; then the envelope is applied, or refused, later.
   */
  ask(envelope: Envelope, timeoutMs: number): Promise<EnvelopeAnswer | null>;
}

/** Asks that reach the owner of the actor's partition without being stored. Best effort: one that is lost is stored then. */
export interface DirectAsks {
  /**
   * Delivers each ask for an actor of these partitions to one of those who listen. Its answer goes to the `replyTo` of
   * its envelope.
   */
  listen(
    partitions: readonly number[],
    onAsk: (ask: DirectAsk, partition: number) => void,
  ): Promise<Subscription>;
}

/** The other end of {@link DirectAsks}, for whoever asks. */
export interface OwnerLine {
  /** What the owner says; declined also when there is nobody to ask. Null: no answer in time, and who knows why. */
  ask(ask: DirectAsk, timeoutMs: number): Promise<DirectAnswer | null>;
}

export interface Replies {
  /** Tells a waiting requester what came of its event. Best effort. */
  reply(to: string, answer: DirectAnswer): void;
}

/** A definition as nodes name it to each other; `newest` for the first step of an actor of an unknown type. */
export type OfferKey = { type: string; version: number; hash: string } | { type: string; newest: true };

/** Nodes of one service compute steps for each other. A step is pure: who computes it does not matter. */
export interface StepOffers {
  /** Answers for a definition until it is closed. */
  offer(key: OfferKey, answer: (request: StepRequest) => StepAnswer): Promise<Subscription>;
  /**
   * Asks one of the nodes that offer it; null when none does.
   * @throws StepUnanswered whoever was asked did not answer in time: ask again
   */
  ask(key: OfferKey, request: StepRequest): Promise<StepAnswer | null>;
}

export interface Views {
  /** The view of one actor, null when it does not exist. */
  read(address: Address): Promise<ActorView | null>;
  /** All views under one root, in this service. */
  readTree(root: string): Promise<ActorView[]>;
  /** Every later view of a tree. */
  watch(root: string, onView: (view: ActorView) => void): Promise<Subscription>;
}

/** One step of an actor as followers hear of it: what it did, and what may be seen since. */
export type NotedStep = { note: StepNote; view: ActorView };

/**
 * What actors did, step by step: the newest 1,000 steps of each, for seven days. Never needed for correctness: the
 * newest step is always there, an earlier one may be missing after a crash, and the numbers of the steps show the gap.
 */
export interface Histories {
  /**
   * Steps of one actor, oldest first, each once; empty when nothing is kept.
   * @param options.fromStep first step wanted; absent: the newest ones
   * @param options.limit at most so many; default 100
   */
  read(address: Address, options?: { fromStep?: number; limit?: number }): Promise<StepNote[]>;
  /** Every later step of one actor, or of all actors under a root. */
  follow(of: Address | { root: string }, onStep: (step: NotedStep) => void): Promise<Subscription>;
}
