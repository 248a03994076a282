/** What a node tells about itself: for logs, metrics and tests. Never needed for correctness. */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { ActorRecord, Stall } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Failure } from '#contracts/failure.ts';
import type { AttemptStopped } from './activity-failures.ts';
import type { DropReason } from './awaited-task.ts';
import type { Effect } from './effects.ts';
import type { LogEntry } from './ports.ts';

export type AttemptDropReason = DropReason | AttemptStopped['why'];

export interface RuntimeEvents {
  committed(event: { record: ActorRecord; effects: readonly Effect[]; partition: number }): void;
  refused(event: { envelope: Envelope; reason: string }): void;
  parked(event: { entry: LogEntry; reason: string }): void;
  /** Events without an envelope of their own that no state took: of timers, to oneself, to children that have gone. */
  unhandled(event: { address: Address; types: readonly string[]; record: ActorRecord }): void;
  /** The actor cannot go on by itself. */
  stalled(event: { address: Address; stall: Stall }): void;
  /** A record grew over the soft limit; told once by each owner. At the hard limit the actor ends. */
  largeRecord(event: { address: Address; sizeChars: number; sizeCharsMax: number }): void;
  failed(event: { address?: Address; error: unknown }): void;
  partitionsChanged(event: {
    owned: readonly number[];
    took: readonly number[];
    dropped: readonly number[];
  }): void;
  /** The code of an attempt begins; it waited for the rate of its queue for `waitedMs`. */
  attemptStarted(event: { task: ActivityTask; deliveryCount: number; waitedMs: number }): void;
  attemptEnded(event: { task: ActivityTask; failure?: Failure; durationMs: number }): void;
  /** It ended without a result, which comes by token. */
  attemptDeferred(event: { task: ActivityTask; asyncUntilMs: number }): void;
  /** Nobody waits for it, or not for this run of it: nothing is reported to the actor. */
  attemptDropped(event: { task: ActivityTask; reason: AttemptDropReason }): void;
  /** Its code did not end within the time to clean up. It goes on, and its slot is another's. */
  attemptStillRunning(event: { task: ActivityTask; graceMs: number }): void;
}

/** Listens to nothing. */
export const silentEvents: RuntimeEvents = {
  committed: () => undefined,
  refused: () => undefined,
  parked: () => undefined,
  unhandled: () => undefined,
  stalled: () => undefined,
  largeRecord: () => undefined,
  failed: () => undefined,
  partitionsChanged: () => undefined,
  attemptStarted: () => undefined,
  attemptEnded: () => undefined,
  attemptDeferred: () => undefined,
  attemptDropped: () => undefined,
  attemptStillRunning: () => undefined,
};
