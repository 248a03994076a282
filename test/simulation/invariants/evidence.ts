/** What a run is judged by: the history of the bus, what it holds at the end, and what the cloud remembers. */
import { ActorRecord } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import type { LedgerEntry, ResourceLife } from '#services/aws-double/journal/ledger.ts';
import type { Happening } from '../engine/history.ts';
import type { SimulatedBus } from '../engine/simulated-bus.ts';

export type Evidence = {
  happenings: readonly Happening[];
  /** Records as they are stored at the end, by address. */
  records: ReadonlyMap<Address, ActorRecord>;
  /** What the actors of the run are made from. */
  definitions: readonly ActorDefinition[];
  /** The ledger of the cloud; empty where a run has none. */
  cloud: { calls: readonly LedgerEntry[]; lives: readonly ResourceLife[] };
  /** Values that must never be in any stored byte. */
  secrets: readonly string[];
  endedAtMs: number;
};

export type Invariant = {
  /** As in docs/simulation.md: I1 to I12. */
  id: string;
  /** What holds, as a sentence. */
  title: string;
  /** What contradicts it; empty when it holds. */
  check: (evidence: Evidence) => string[];
};

/** Records of a bus at the end of a run. */
export function storedRecords(bus: SimulatedBus): ReadonlyMap<Address, ActorRecord> {
  const found = new Map<Address, ActorRecord>();
  for (const service of bus.topology.services) {
    for (const [address, { record }] of bus.service(service).records) {
      found.set(address, ActorRecord.parse(JSON.parse(record)));
    }
  }
  return found;
}
