/** What came of one seeded run. */
import type { Evidence } from '../invariants/evidence.ts';

/** What must not be. `violation`: an invariant of the runtime does not hold. */
export const FINDING_KINDS = ['failed', 'stuck', 'lost', 'doubled', 'orphaned', 'violation'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];
export type Finding = { kind: FindingKind; text: string };

export type RunResult = {
  seed: number;
  /** Units of work that the run asked for: deployments, orders. */
  deployments: number;
  /** Empty when all is well. */
  findings: Finding[];
  /** The same for two runs of the same seed. */
  traceHash: string;
  crashes: number;
  freezes: number;
  losses: number;
  replacements: number;
  /** Not for keeping: it is large. */
  evidence: Evidence;
};

export function textOf({ kind, text }: Finding): string {
  return `${kind}: ${text}`;
}
