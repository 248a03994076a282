/** Commits a step under its owner's epoch, and starts what the owner runs itself once it is stored. */
import type { Activation } from './activations.ts';
import type { ActorsOptions } from './actors-options.ts';
import type { MadeStep } from './made-step.ts';
import type { NearTasks } from './near-tasks.ts';
import type { RecordStore, StoredRecord } from './ports.ts';
import { CommitConflict } from './runtime-error.ts';

/** How long the record of an actor that has ended is kept, unless its definition says otherwise. */
const RETENTION_MS = 30 * 24 * 3_600_000;

export type Committing = Pick<ActorsOptions, 'store' | 'partition' | 'epoch' | 'events' | 'node'> & {
  near: NearTasks;
};

/** Afterwards the activation has the new record. @throws as `RecordStore.commit` does: then nothing has begun */
export async function commitStep(
  { store, partition, epoch, events, node, near }: Committing,
  activation: Activation,
  { outcome, view, retentionMs }: MadeStep,
): Promise<void> {
  const { effects, note } = outcome;
  const expectedRevision = activation.stored?.revision ?? 0;
  const reserved = near.reserve(outcome, expectedRevision);
  const { record } = reserved;
  try {
    const revision = await store.commit({
      record,
      view,
      expectedRevision,
      effects,
      note,
      partition,
      epoch,
      near: reserved.tasks,
      ...(reserved.marks ? { nearMark: { node } } : {}),
      ...(record.status === 'active' ? {} : { expireAfterMs: retentionMs ?? RETENTION_MS }),
    });
    activation.stored = { record, revision };
  } catch (error) {
    reserved.cancel();
    throw error;
  }
  reserved.begin(activation.stored.revision);
  events.committed({ record, effects, partition });
}

/** For what is told without a commit. @throws CommitConflict when somebody else has stepped the actor */
export async function assertNewest(store: RecordStore, { record, revision }: StoredRecord): Promise<void> {
  const newest = await store.load(record.address);
  if (newest?.revision !== revision) throw new CommitConflict(record.address);
}
