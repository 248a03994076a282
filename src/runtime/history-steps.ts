/** Notes as a reader wants them: each step once, in order, the part that was asked for. */
import type { StepNote } from '#contracts/step-note.ts';

/** Steps kept of each actor. */
export const HISTORY_STEPS_MAX = 1_000;
const LIMIT = 100;

/** The first `limit` steps from `fromStep` on; without `fromStep` the newest ones. */
export function stepsOf(
  notes: readonly StepNote[],
  options: { fromStep?: number; limit?: number } = {},
): StepNote[] {
  const { fromStep, limit = LIMIT } = options;
  const byStep = new Map(notes.map((note) => [note.step, note]));
  const steps = [...byStep.values()].toSorted((left, right) => left.step - right.step);
  if (fromStep === undefined) return limit > 0 ? steps.slice(-limit) : [];
  return steps.filter(({ step }) => step >= fromStep).slice(0, limit);
}
