/** A step that someone computed, ready to be committed by the partition's owner. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import type { Delivery, RegisteredDefinition, StepOutcome } from './kernel/kernel.ts';

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

/** Whether every envelope would be refused at any later time too, and the step does nothing besides. */
export function isNothingNew(before: ActorRecord, { outcome, taken }: MadeStep): boolean {
  const { refusals, effects } = outcome;
  return (
    taken > 0 &&
    refusals.length === taken &&
    effects.length === 0 &&
    (outcome.settled ?? []).length === 0 &&
    before.stalled === undefined &&
    refusals.every(({ reason }) => REFUSED_FOR_EVER.has(reason))
  );
}

/**
 * Whether a step does nothing but refuse direct asks: that is told without a commit, as long as the record is the newest.
 * Nobody else can apply them later.
 */
export function isMereRefusal(
  before: ActorRecord,
  { outcome, taken }: MadeStep,
  deliveries: readonly Delivery[],
): boolean {
  const { refusals, effects } = outcome;
  return (
    taken > 0 &&
    refusals.length === taken &&
    effects.length === 0 &&
    (outcome.settled ?? []).length === 0 &&
    before.stalled === undefined &&
    deliveries.every(({ direct, envelope }) => direct === true && envelope.kind === 'event')
  );
}

/** How long the record of a definition's actor is kept, as far as the definition says so. */
export function retentionOf(registered: RegisteredDefinition | undefined): { retentionMs?: number } {
  const retentionMs = registered?.definition.retentionMs;
  return retentionMs === undefined ? {} : { retentionMs };
}
