/** All ports of a node on one NATS connection. */
import type { NodePorts } from '../node.ts';
import { StreamPositions } from '#bus/stream-positions.ts';
import { systemClock } from '../system-clock.ts';
import { JetStreamActivityQueues } from './jetstream-activity-queues.ts';
import { JetStreamBlobs } from './jetstream-blobs.ts';
import { JetStreamDirectAsks } from './jetstream-direct-asks.ts';
import { JetStreamIngress, JetStreamReplies } from './jetstream-ingress.ts';
import { JetStreamLogs } from './jetstream-logs.ts';
import { JetStreamMembership, JetStreamOwnership } from './jetstream-ownership.ts';
import { jetStreamRateLimits } from './jetstream-rate-limits.ts';
import { JetStreamRecordStore, type JetStreamBinding } from './jetstream-record-store.ts';
import { JetStreamViews } from './jetstream-views.ts';
import { JetStreamStepOffers } from './jetstream-step-offers.ts';

export function jetStreamNodePorts(
  options: Pick<JetStreamBinding, 'bus' | 'topology' | 'service' | 'node'>,
): NodePorts {
  // One server alone is never behind itself.
  const isAlone = options.topology.replicas === 1;
  const binding = isAlone ? options : { ...options, positions: new StreamPositions() };
  return {
    clock: systemClock,
    store: new JetStreamRecordStore(binding),
    logs: new JetStreamLogs(binding),
    membership: new JetStreamMembership(binding),
    ownership: new JetStreamOwnership(binding),
    activityQueues: new JetStreamActivityQueues(binding),
    ingress: new JetStreamIngress(binding),
    replies: new JetStreamReplies(binding.bus),
    rateLimits: jetStreamRateLimits(binding.bus, binding.topology),
    views: new JetStreamViews(binding),
    blobs: new JetStreamBlobs(binding),
    directAsks: new JetStreamDirectAsks(binding),
    stepOffers: new JetStreamStepOffers(binding),
  };
}
