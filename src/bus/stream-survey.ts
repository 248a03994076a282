/** What the server tells about the streams of a deployment: for people who look after it. */
import { jetstreamManager } from '@nats-io/jetstream';
import { STREAM } from '#contracts/subjects.ts';
import { Topology } from '#contracts/topology.ts';
import { JetStreamCode } from './bus-error.ts';
import type { Bus } from './connect.ts';
import { ANSWER_TIMEOUT_MS } from './publish.ts';

export type StreamSurvey = {
  name: string;
  messages: number;
  sizeBytes: number;
  /** Sequence of the newest message; 0 when there never was one. */
  lastSequence: number;
  /** Copies that were asked for. */
  replicas: number;
  /** Copies that are there and up to date, the leader counted. */
  currentReplicas: number;
  leader: string | undefined;
  metadata: Readonly<Record<string, string>>;
};

/** Every stream the account has. @throws Error when JetStream does not answer */
export async function surveyStreams(bus: Bus): Promise<StreamSurvey[]> {
  const manager = await jetstreamManager(bus, { timeout: ANSWER_TIMEOUT_MS });
  const streams: StreamSurvey[] = [];
  for await (const { config, state, cluster } of manager.streams.list()) {
    const peers = cluster?.replicas ?? [];
    streams.push({
      name: config.name,
      messages: state.messages,
      sizeBytes: state.bytes,
      lastSequence: state.last_seq,
      replicas: config.num_replicas,
      currentReplicas: 1 + peers.filter((peer) => peer.current && peer.offline !== true).length,
      leader: cluster?.leader,
      metadata: config.metadata ?? {},
    });
  }
  return streams.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** How many messages a stream holds now. @throws Error when there is no such stream */
export async function countMessages(bus: Bus, stream: string): Promise<number> {
  const manager = await jetstreamManager(bus, { timeout: ANSWER_TIMEOUT_MS });
  const { state } = await manager.streams.info(stream);
  return state.messages;
}

/** How this deployment is spread, as its first process wrote it down; null when `service` never started. */
export async function readTopology(bus: Bus, service: string): Promise<Topology | null> {
  const manager = await jetstreamManager(bus, { timeout: ANSWER_TIMEOUT_MS });
  try {
    const { config } = await manager.streams.info(STREAM.core(service, 0));
    return Topology.parse({
      shards: Number(config.metadata?.['windlass.shards'] ?? 1),
      partitionsPerShard: Number(config.metadata?.['windlass.partitions'] ?? 64),
      replicas: config.num_replicas,
    });
  } catch (error) {
    if ((error as { code?: number }).code === JetStreamCode.streamNotFound) return null;
    throw error;
  }
}

/** The server's clock minus ours, in milliseconds; positive: the server is ahead. Good to half a round trip. */
export async function clockSkewMs(bus: Bus): Promise<number> {
  const before = Date.now();
  const answer = await bus.request(`$JS.API.STREAM.INFO.${STREAM.requests}`, '', {
    timeout: ANSWER_TIMEOUT_MS,
  });
  const middle = (before + Date.now()) / 2;
  const { ts } = answer.json<{ ts?: string }>();
  return ts === undefined ? 0 : Math.round(Date.parse(ts) - middle);
}
