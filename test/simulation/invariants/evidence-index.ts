/** Looks evidence up: the steps of an actor in order, the entries of the logs. Made once for all invariants of a run. */
import type { Address } from '#contracts/address.ts';
import { partsOf } from '#contracts/address.ts';
import type { Accepted, Committed } from '../engine/history.ts';
import type { Evidence } from './evidence.ts';

export type Step = Committed & { atMs: number };
export type Entry = Accepted & { atMs: number };

export type EvidenceIndex = {
  /** By actor, in the order of the bus. */
  steps: ReadonlyMap<Address, readonly Step[]>;
  /** By receiver, in the order of the bus. */
  entries: ReadonlyMap<Address, readonly Entry[]>;
  /** Ids of what was asked without being stored. */
  asked: ReadonlySet<string>;
  /** Parked entries: `<service>/<log>/<sequence>`. */
  parked: ReadonlySet<string>;
};

const known = new WeakMap<Evidence, EvidenceIndex>();

export function indexOf(evidence: Evidence): EvidenceIndex {
  const index = known.get(evidence) ?? makeIndex(evidence);
  known.set(evidence, index);
  return index;
}

function makeIndex({ happenings }: Evidence): EvidenceIndex {
  const steps = new Map<Address, Step[]>();
  const entries = new Map<Address, Entry[]>();
  const asked = new Set<string>();
  const parked = new Set<string>();
  for (const happening of happenings) {
    if (happening.kind === 'committed') listOf(steps, happening.address).push(happening);
    else if (happening.kind === 'accepted') listOf(entries, happening.envelope.to).push(happening);
    else if (happening.kind === 'asked') asked.add(happening.envelope.id);
    else if (happening.kind === 'parked') parked.add(entryKey(happening.service, happening.entry));
  }
  return { steps, entries, asked, parked };
}

export function entryKey(service: string, entry: { log: string; sequence: number }): string {
  return `${service}/${entry.log}/${entry.sequence}`;
}

export function isParked(index: EvidenceIndex, entry: Entry): boolean {
  return index.parked.has(entryKey(partsOf(entry.envelope.to).service, entry));
}

function listOf<K, V>(lists: Map<K, V[]>, key: K): V[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
