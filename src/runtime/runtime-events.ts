/** What a node tells about itself: for logs, metrics and tests. Never needed for correctness. */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Failure } from '#contracts/failure.ts';
import type { Effect } from './effects.ts';
import type { LogEntry } from './ports.ts';

export interface RuntimeEvents {
  committed(event: { record: ActorRecord; effects: readonly Effect[]; partition: number }): void;
  refused(event: { envelope: Envelope; reason: string }): void;
  parked(event: { entry: LogEntry; reason: string }): void;
  failed(event: { address?: Address; error: unknown }): void;
  partitionsChanged(event: {
    owned: readonly number[];
    took: readonly number[];
    dropped: readonly number[];
  }): void;
  attemptEnded(event: { task: ActivityTask; failure?: Failure; durationMs: number }): void;
}

/** Listens to nothing. */
export const silentEvents: RuntimeEvents = {
  committed: () => undefined,
  refused: () => undefined,
  parked: () => undefined,
  failed: () => undefined,
  partitionsChanged: () => undefined,
  attemptEnded: () => undefined,
};
