/** All ports of a node on one NATS connection. */
import type { NodePorts } from '../node.ts';
import { systemClock } from '../system-clock.ts';
import { JetStreamActivityQueues } from './jetstream-activity-queues.ts';
import { JetStreamIngress, JetStreamReplies } from './jetstream-ingress.ts';
import { JetStreamLogs } from './jetstream-logs.ts';
import { JetStreamMembership, JetStreamOwnership } from './jetstream-ownership.ts';
import { JetStreamRecordStore, type JetStreamBinding } from './jetstream-record-store.ts';

export function jetStreamNodePorts(binding: JetStreamBinding): NodePorts {
  return {
    clock: systemClock,
    store: new JetStreamRecordStore(binding),
    logs: new JetStreamLogs(binding),
    membership: new JetStreamMembership(binding),
    ownership: new JetStreamOwnership(binding),
    activityQueues: new JetStreamActivityQueues(binding),
    ingress: new JetStreamIngress(binding),
    replies: new JetStreamReplies(binding.bus),
  };
}
