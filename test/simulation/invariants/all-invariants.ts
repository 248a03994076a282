/** Every invariant that the checker holds a run to. */
import type { Finding } from '../engine/run-result.ts';
import type { Evidence, Invariant } from './evidence.ts';
import { oneEffect } from './i01-one-effect.ts';
import { nothingLost } from './i02-nothing-lost.ts';
import { stepsInOrder } from './i03-steps-in-order.ts';
import { oneWriter } from './i04-one-writer.ts';
import { nothingUncommitted } from './i05-nothing-uncommitted.ts';
import { timersFireOnce } from './i06-timers-fire-once.ts';
import { allFinish } from './i07-all-finish.ts';
import { failedMeansUndone } from './i08-failed-means-undone.ts';
import { noOrphans } from './i09-no-orphans.ts';
import { parentsAndChildren } from './i10-parents-and-children.ts';
import { answersMatch } from './i11-answers-match.ts';
import { noSecrets } from './i12-no-secrets.ts';

export const INVARIANTS: readonly Invariant[] = [
  oneEffect,
  nothingLost,
  stepsInOrder,
  oneWriter,
  nothingUncommitted,
  timersFireOnce,
  allFinish,
  failedMeansUndone,
  noOrphans,
  parentsAndChildren,
  answersMatch,
  noSecrets,
];

/** What contradicts them, each with the invariant's id in front. */
export function checkInvariants(evidence: Evidence): Finding[] {
  return INVARIANTS.flatMap(({ id, check }) =>
    check(evidence).map((text): Finding => ({ kind: 'violation', text: `${id} ${text}` })),
  );
}
