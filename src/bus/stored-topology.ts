/** How the actors of a service are spread, as its streams remember it from their first declaration. */
import { STREAM } from '#contracts/subjects.ts';
import type { Topology } from '#contracts/topology.ts';
import { JetStreamCode } from './bus-error.ts';
import type { Bus } from './connect.ts';
import { ANSWER_TIMEOUT_MS } from './publish.ts';

type StreamInfo = {
  error?: { err_code: number; description: string };
  config?: { metadata?: Record<string, string>; num_replicas?: number };
};

export type StoredTopology = Pick<Topology, 'shards' | 'partitionsPerShard' | 'replicas'>;

/** Null when no node of the service ever ran. @throws Error when the server does not answer or has no JetStream */
export async function storedTopology(bus: Bus, service: string): Promise<StoredTopology | null> {
  const subject = `$JS.API.STREAM.INFO.${STREAM.core(service, 0)}`;
  const reply = await bus.request(subject, '', { timeout: ANSWER_TIMEOUT_MS });
  const { error, config } = reply.json<StreamInfo>();
  if (error?.err_code === JetStreamCode.streamNotFound) return null;
  if (error) throw new Error(`The streams of '${service}' cannot be read: ${error.description}`);
  return {
    shards: Number(config?.metadata?.['windlass.shards'] ?? 1),
    partitionsPerShard: Number(config?.metadata?.['windlass.partitions'] ?? 64),
    replicas: config?.num_replicas ?? 1,
  };
}
