import { describeDirectAsks } from './direct-asks.ts';
import { describeOwnerLine } from './owner-line.ts';
import { openJetStream as open } from './jetstream-binding.ts';
import { describeNearMarkPorts } from './near-mark-ports.ts';
import { describeNodePorts } from './node-ports.ts';
import { describeSharedPorts } from './shared-ports.ts';
import { describeStepOffers } from './step-offers.ts';
import { describeStartsAndEvents } from './starts-and-events.ts';
import { describePortTrace } from './traces/describe-trace.ts';

for (const shards of [1, 2]) {
  describeNodePorts(`JetStream, ${shards} shard(s)`, () => open(shards));
  describeStartsAndEvents(`JetStream, ${shards} shard(s)`, () => open(shards));
}
describeSharedPorts('JetStream', () => open(1));
describeStepOffers('JetStream', () => open(1));
describeDirectAsks('JetStream', () => open(1));
describeOwnerLine('JetStream', () => open(1));
describeNearMarkPorts('JetStream', () => open(1));
describePortTrace('JetStream', () => open(1));
