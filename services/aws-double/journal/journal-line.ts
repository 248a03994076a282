/** The lines of the journal: all that ever changed the double, in order. */
import type { Write } from '../cloud/cloud-store.ts';
import type { Scope } from '../cloud/resource.ts';
import type { FaultPlan } from '../faults/fault-rule.ts';
import type { LedgerEntry } from './ledger.ts';

export type JournalLine =
  | {
      readonly line: 'call';
      readonly number: number;
      readonly entry: LedgerEntry;
      readonly writes: readonly Write[];
    }
  /** Auto Scaling acted on its own. */
  | {
      readonly line: 'progress';
      readonly number: number;
      readonly atMs: number;
      readonly scope: Scope;
      readonly writes: readonly Write[];
      /** Places of the capacity rules that hit. */
      readonly faultHits: readonly number[];
    }
  | {
      readonly line: 'seed';
      readonly number: number;
      readonly atMs: number;
      readonly accounts: readonly string[];
      readonly parts: readonly { readonly scope: Scope; readonly writes: readonly Write[] }[];
    }
  | { readonly line: 'faults'; readonly number: number; readonly plan: FaultPlan }
  | { readonly line: 'reset'; readonly number: number; readonly nextSeq: number };
