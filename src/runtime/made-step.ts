/** A step that someone computed, ready to be committed by the partition's owner. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import type { Delivery, RegisteredDefinition, StepOutcome } from './kernel/kernel.ts';
import type { StoredRecord } from './ports.ts';

export type MadeStep = {
  outcome: StepOutcome;
  view: ActorView;
  retentionMs?: number;
  /** How many of the deliveries it took: the first ones. The others wait for the next step. */
  taken: number;
};

/** No step: these envelopes must be parked first, each with its reason, by id. */
export type Parked = { parked: ReadonlyMap<string, string> };

const REFUSED_FOR_EVER: ReadonlySet<string> = new Set(['stale', 'repeated', 'not-active', 'reserved']);

/** Whether a step refuses all that it took, and does nothing besides. */
function isAllRefused(before: ActorRecord, { outcome, taken }: MadeStep): boolean {
  const { refusals, effects, settled = [] } = outcome;
  const isQuiet = effects.length === 0 && settled.length === 0 && before.stalled === undefined;
  return taken > 0 && refusals.length === taken && isQuiet;
}

/** Whether every envelope would be refused at any later time too, and the step does nothing besides. */
function isNothingNew(before: ActorRecord, made: MadeStep): boolean {
  const { refusals } = made.outcome;
  return isAllRefused(before, made) && refusals.every(({ reason }) => REFUSED_FOR_EVER.has(reason));
}

/** Whether a step does nothing but refuse direct asks: nobody else can apply them later. */
function isMereRefusal(before: ActorRecord, made: MadeStep, deliveries: readonly Delivery[]): boolean {
  const isAsk = ({ direct, envelope: { kind } }: Delivery): boolean =>
    direct === true && (kind === 'event' || kind === 'start');
  return isAllRefused(before, made) && deliveries.every(isAsk);
}

/**
 * What must confirm a step before it is told: its `commit`, a look whether the record is still the `newest`, or `nothing`.
 * A record that may be old refuses what its newer ones would take, so even a refusal by it is committed, or loses its
 * compare-and-set.
 */
export function confirmationOf(
  { record, mayBeOld }: StoredRecord,
  made: MadeStep,
  deliveries: readonly Delivery[],
): 'commit' | 'newest' | 'nothing' {
  if (mayBeOld) return 'commit';
  if (isMereRefusal(record, made, deliveries)) return 'newest';
  return isNothingNew(record, made) ? 'nothing' : 'commit';
}

/** How long the record of a definition's actor is kept, as far as the definition says so. */
export function retentionOf(registered: RegisteredDefinition | undefined): { retentionMs?: number } {
  const retentionMs = registered?.definition.retentionMs;
  return retentionMs === undefined ? {} : { retentionMs };
}
