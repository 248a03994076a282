/** Probes: one harmless actor per partition, to see that the partition is owned and commits. */
import { addressOf, type Address } from './address.ts';
import { placeOf, type Topology } from './topology.ts';

export const PROBE_ACTOR_TYPE = 'probe';

/** The probe that lives in a partition. */
export function probeOf(args: { service: string; partition: number; topology: Topology }): Address {
  for (let candidate = 0; ; candidate += 1) {
    const id = `probe-${candidate}`;
    const address = addressOf({ service: args.service, type: PROBE_ACTOR_TYPE, root: id, id });
    if (placeOf(address, args.topology).partition === args.partition) return address;
  }
}
