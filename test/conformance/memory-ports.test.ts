import { Topology } from '#contracts/topology.ts';
import { memoryAsks } from '#runtime/memory/memory-asks.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryOwnerLine } from '#runtime/memory/memory-direct-asks.ts';
import { MemoryHistories } from '#runtime/memory/memory-histories.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import { systemClock } from '#runtime/system-clock.ts';
import { describeDirectAsks } from './direct-asks.ts';
import { describeOwnerLine } from './owner-line.ts';
import { describeNearMarkPorts } from './near-mark-ports.ts';
import { describeNodePorts, type PortsUnderTest } from './node-ports.ts';
import { describeSharedPorts } from './shared-ports.ts';
import { describeStepOffers } from './step-offers.ts';
import { describeStartsAndEvents } from './starts-and-events.ts';
import { describePortTrace } from './traces/describe-trace.ts';

async function open(shards: number): Promise<PortsUnderTest> {
  const topology = Topology.parse({ shards, partitionsPerShard: 8 });
  const bus = new MemoryBus({ clock: systemClock, topology });
  return {
    topology,
    portsOf: (service, node) => memoryNode(bus, { service, node }).ports,
    histories: new MemoryHistories(bus),
    ownerLine: memoryOwnerLine(bus),
    storedAsks: (sends) => memoryAsks(bus, sends),
    dispose: async () => undefined,
  };
}

for (const shards of [1, 2]) {
  describeNodePorts(`memory, ${shards} shard(s)`, () => open(shards));
  describeStartsAndEvents(`memory, ${shards} shard(s)`, () => open(shards));
}
describeSharedPorts('memory', () => open(1));
describeStepOffers('memory', () => open(1));
describeDirectAsks('memory', () => open(1));
describeOwnerLine('memory', () => open(1));
describeNearMarkPorts('memory', () => open(1));
describePortTrace('memory', () => open(1));
