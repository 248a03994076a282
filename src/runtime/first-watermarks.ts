/**
 * Where a new actor begins in the logs of its partition.
 *
 * What was read for its address before is decided: it was for an earlier actor, or for none. Should the owner die before
 * that is forgotten, the next one reads it again, and must not give it to the actor that has the address by then.
 */
import type { Waiting } from './activations.ts';
import type { MadeStep } from './made-step.ts';
import type { OpenEntries } from './open-entries.ts';

const LOGS = ['mailbox', 'ingress'] as const;

/** @param waiting what was read for the address and is not decided yet */
export function aboveDecided(made: MadeStep, entries: OpenEntries, waiting: readonly Waiting[]): MadeStep {
  const { outcome } = made;
  const applied = { ...outcome.record.applied };
  for (const log of LOGS) {
    const open = waiting.flatMap((one) =>
      'entry' in one && one.entry.log === log ? one.entry.sequence : [],
    );
    const decided = Math.min(entries.newestRead(log), ...open.map((sequence) => sequence - 1));
    applied[log] = Math.max(applied[log], decided);
  }
  return { ...made, outcome: { ...outcome, record: { ...outcome.record, applied } } };
}
