/** I3: an actor's record goes forward one step at a time, and is what its log makes of it. */
import type { Evidence, Invariant } from './evidence.ts';
import { indexOf, type Step } from './evidence-index.ts';
import { foldDiffers } from './fold.ts';

export const stepsInOrder: Invariant = {
  id: 'I3',
  title: 'revisions strictly rise, steps follow each other, and each record is the fold of its log',
  check: (evidence) => {
    const found: string[] = [];
    for (const [address, steps] of indexOf(evidence).steps) {
      steps.forEach((step, place) => {
        const before = steps[place - 1];
        found.push(...disorder(before, step).map((what) => `${address} ${what}`));
        if (!before) return;
        const difference = foldDiffers(evidence, { before, step });
        if (difference !== null)
          found.push(`${address} step ${step.record.step} is not the fold of its log: ${difference}`);
      });
      const last = steps.at(-1);
      if (last && last.stored !== JSON.stringify(evidence.records.get(address)) && !isSame(evidence, last))
        found.push(`${address} is stored otherwise than by its last step`);
    }
    return found;
  },
};

function isSame({ records }: Evidence, { record }: Step): boolean {
  const stored = records.get(record.address);
  return stored?.step === record.step && stored.sequence === record.sequence;
}

function disorder(before: Step | undefined, step: Step): string[] {
  const found: string[] = [];
  const last = { revision: before?.revision ?? 0, step: before?.record.step ?? 0 };
  if (step.revision <= last.revision) found.push(`fell from revision ${last.revision} to ${step.revision}`);
  if (step.record.step !== last.step + 1)
    found.push(`went from step ${last.step} to step ${step.record.step}`);
  for (const log of ['mailbox', 'ingress'] as const) {
    if (before && step.record.applied[log] < before.record.applied[log])
      found.push(`forgot that it had applied its ${log} up to ${before.record.applied[log]}`);
  }
  if (before && step.record.updatedAtMs < before.record.updatedAtMs) found.push('went back in time');
  return found;
}
