/** Who runs what: the nodes of a service and the partitions they own. */
import type { Bus } from '#bus/connect.ts';
import { describeNodes } from '#bus/node-description.ts';
import type { NodeDescription } from '#contracts/node-settings.ts';
import { partitionCount, type Topology } from '#contracts/topology.ts';
import { JetStreamOwnership } from '#runtime/jetstream/jetstream-ownership.ts';
import type { PartitionOwner } from '#runtime/ports.ts';
import type { Finding } from './finding.ts';

/** The stored owners come at once; silence for this long means that was all. */
const SILENCE_MS = 300;

export type ServiceOwners = {
  service: string;
  nodes: readonly NodeDescription[];
  owners: ReadonlyMap<number, PartitionOwner>;
};

/** Asks the nodes and reads the stored owners. */
export async function readOwners(args: {
  bus: Bus;
  topology: Topology;
  service: string;
}): Promise<ServiceOwners> {
  const { bus, topology, service } = args;
  const [nodes, owners] = await Promise.all([
    describeNodes(bus, service),
    storedOwners(new JetStreamOwnership({ bus, topology, service, node: 'windlass-cli' }), topology),
  ]);
  return { service, nodes, owners };
}

export function examineOwners({ service, nodes, owners }: ServiceOwners, topology: Topology): Finding {
  const check = `partitions of ${service}`;
  const alive = new Set(nodes.map(({ node }) => node));
  const partitions = Array.from({ length: partitionCount(topology) }, (_, partition) => partition);
  const orphans = partitions.filter((partition) => !alive.has(owners.get(partition)?.node ?? ''));
  const shares = nodes.map(
    ({ node, owned, open }) => `${node}: ${owned.length}${open > 0 ? ` (${open} open)` : ''}`,
  );
  if (nodes.length === 0) {
    return {
      check,
      verdict: 'wrong',
      detail: `no node of ${service} answers: nothing of it goes on`,
      remedy: `Start one: node services/${service}/main.ts, or windlass dev for everything.`,
    };
  }
  if (orphans.length > 0) {
    return {
      check,
      verdict: 'wrong',
      detail: `${orphans.length} of ${partitions.length} have no live owner; ${shares.join(', ')}`,
      remedy: 'Look again in five seconds: a takeover takes less. If it stays, read the logs of the nodes.',
    };
  }
  return { check, verdict: 'ok', detail: `${partitions.length} on ${shares.join(', ')}` };
}

async function storedOwners(
  ownership: JetStreamOwnership,
  topology: Topology,
): Promise<ReadonlyMap<number, PartitionOwner>> {
  const owners = new Map<number, PartitionOwner>();
  const { promise, resolve } = Promise.withResolvers<void>();
  let silence = setTimeout(resolve, SILENCE_MS);
  const subscription = await ownership.watch((owner) => {
    owners.set(owner.partition, owner);
    clearTimeout(silence);
    if (owners.size === partitionCount(topology)) resolve();
    else silence = setTimeout(resolve, SILENCE_MS);
  });
  await promise;
  clearTimeout(silence);
  await subscription.close();
  return owners;
}
