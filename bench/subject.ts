/** What is measured: one durable runtime, started fresh, driven the way its users drive it. */
import type { Accounted } from './measure.ts';

export type SubjectName = 'windlass' | 'jetstream' | 'restate' | 'restate-xstate';

/**
 * The workflows every subject offers, the same work in its own words:
 *
 * `short`    5 activities that return at once
 * `parent`   6 children in sequence, each with 4 activities of 1 ms in sequence
 * `sleeper`  waits an hour
 * `slow`     5 activities of 200 ms, each writes a line to a file when it starts and when it has had its effect
 * `flaky`    `short`, where every attempt fails with a probability of 4 %; the subject's own default retries
 */
export type WorkflowKind = 'short' | 'parent' | 'sleeper' | 'slow' | 'flaky';

/** The worker of Windlass answers here at once, and stores nothing. */
export const HOP_SUBJECT = 'bench.hop';

/** The worker by hand takes requests here. */
export const BY_HAND_SUBJECT = 'bench.by-hand';

/** How a line calls what is done by hand, with a worker that is another process than the client. */
export const BY_HAND_APART = 'two processes';

/** Input of a workflow. */
export type WorkflowInput = {
  id: string;
  /** `slow`: where its activities write. */
  log?: string;
};

export type Subject = Accounted & {
  readonly name: SubjectName;
  /** Starts server and worker on an empty store. */
  start(): Promise<void>;
  /** Ends everything it started and removes the store. */
  stop(): Promise<void>;
  /** One durable step: an event to one of `keys` keyed entities, answered when it is stored. Null: it has none. */
  step: ((index: number) => Promise<void>) | null;
  /** Runs a workflow to its end. @throws when it ends badly */
  run(kind: WorkflowKind, input: WorkflowInput): Promise<void>;
  /** Resolves when the workflow is durably accepted. */
  begin(kind: WorkflowKind, input: WorkflowInput): Promise<void>;
  /** Resolves when a begun workflow has ended. */
  ended(kind: WorkflowKind, id: string): Promise<void>;
  /** How many sleepers have their timer stored. */
  asleep(): Promise<number>;
  /** kill -9. */
  killWorker(): Promise<void>;
  /** Resolves when the process is there; not when it has work. */
  startWorker(): Promise<void>;
  /** kill -9 and start again; resolves when it listens. */
  restartServer(): Promise<void>;
  /** The ring of ten states with a counter: W6. Null: it runs no XState machines. */
  machines: { create: (id: string) => Promise<void>; next: (id: string) => Promise<void> } | null;
};

/** Enough entities that 256 steps in flight never meet at one. */
export const ENTITIES = 512;
/** Share of attempts that fail in the workflow `flaky`. */
export const FLAKY_SHARE = 0.04;
export const SLOW_ACTIVITY_MS = 200;
export const ACTIVITIES_PER_WORKFLOW = 5;
