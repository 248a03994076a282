/**
 * What one step did: for the history of an actor and for whoever listens to what it emits. It rides with the commit in
 * a header beside the view, so that a step without sends stays one publish.
 */
import { z } from 'zod';
import { StateValue } from './actor-record.ts';
import { Address } from './address.ts';
import { ActorEvent } from './envelope.ts';

export const AppliedNote = z.object({
  /** Id of the envelope. */
  id: z.string(),
  /** Kind of the envelope: `event`, `wake`, `activity-result`, … */
  kind: z.string(),
  /** Type of the event, where it carries one. */
  type: z.string().optional(),
  from: Address.optional(),
  /** Of an activity: which attempt it is about, and how that ended when it did. */
  attempt: z
    .object({
      childId: z.string(),
      number: z.number().int().positive(),
      outcome: z.enum(['succeeded', 'failed']).optional(),
    })
    .optional(),
});
export type AppliedNote = z.infer<typeof AppliedNote>;

export const RefusedNote = z.object({ id: z.string(), type: z.string().optional(), reason: z.string() });
export type RefusedNote = z.infer<typeof RefusedNote>;

export const StepNote = z.object({
  v: z.literal(1),
  /** The record's step number after it. */
  step: z.number().int().positive(),
  atMs: z.number().int(),
  /** State value before the step; absent for the first one. */
  before: StateValue.optional(),
  applied: z.array(AppliedNote),
  refused: z.array(RefusedNote),
  emitted: z.array(ActorEvent),
  /** Envelopes and emitted events that did not find room here. */
  left: z.number().int().positive().optional(),
});
export type StepNote = z.infer<typeof StepNote>;

/** What was applied, for a person: `PAY`, `charge, attempt 2 failed`, `wake`. */
export function appliedText({ type, kind, attempt }: AppliedNote): string {
  if (attempt === undefined) return type ?? kind;
  const { childId, number, outcome } = attempt;
  const what = outcome ?? kind.replace('activity-', '');
  return number === 1 ? `${childId} ${what}` : `${childId}, attempt ${number} ${what}`;
}
