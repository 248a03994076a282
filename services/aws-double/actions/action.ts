/** An action of the API: a function of the cloud, the parameters and the time. It has no other input. */
import type { CloudTransaction } from '../cloud/cloud-store.ts';
import type { Scope } from '../cloud/resource.ts';
import type { Timings } from '../cloud/timings.ts';
import type { Params } from '../wire/params.ts';
import type { XmlNode } from '../wire/response-xml.ts';

export interface ActionCall {
  readonly action: string;
  readonly params: Params;
  readonly scope: Scope;
  readonly nowMs: number;
  readonly timings: Timings;
  readonly cloud: CloudTransaction;
  /** Accounts a role may be assumed in; undefined means any. */
  readonly knownAccounts: ReadonlySet<string> | undefined;
}

/** Returns the members of the response. Throws AwsError to refuse; then nothing is changed. */
export type Action = (call: ActionCall) => { [name: string]: XmlNode };
export type ActionTable = { readonly [action: string]: Action };
