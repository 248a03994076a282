/** Every invariant that the checker holds a run to. */
import type { Finding } from '../engine/run-result.ts';
import type { Evidence, Invariant } from './evidence.ts';

export const INVARIANTS: readonly Invariant[] = [];

export function checkInvariants(evidence: Evidence): Finding[] {
  return INVARIANTS.flatMap(({ id, check }) =>
    check(evidence).map((text): Finding => ({ kind: 'violation', text: `${id} ${text}` })),
  );
}
