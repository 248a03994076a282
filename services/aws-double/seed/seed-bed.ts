/** A place where a seed is planted. */
import type { CloudTransaction } from '../cloud/cloud-store.ts';
import type { Scope } from '../cloud/resource.ts';

/** One place of a seed while it is planted. */
export interface Bed {
  readonly scope: Scope;
  readonly cloud: CloudTransaction;
  readonly nowMs: number;
}
