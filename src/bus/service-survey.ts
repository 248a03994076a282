/** Which services ever started on this server, and how their actors are spread: read off their streams. */
import { coreStreamOf } from '#contracts/subjects.ts';
import { Topology } from '#contracts/topology.ts';
import { surveyStreams, type StreamSurvey } from './stream-survey.ts';
import type { Bus } from './connect.ts';

/** One topology for all services that are spread alike: only those can have actors in one tree. */
export function topologiesOf(streams: readonly StreamSurvey[]): Topology[] {
  const bySpread = new Map<string, Topology>();
  for (const { name, metadata, replicas } of streams) {
    const core = coreStreamOf(name);
    const shards = metadata['windlass.shards'];
    const partitionsPerShard = metadata['windlass.partitions'];
    if (!core || shards === undefined || partitionsPerShard === undefined) continue;
    const key = `${shards}/${partitionsPerShard}`;
    const others = bySpread.get(key)?.services ?? [];
    bySpread.set(
      key,
      Topology.parse({
        services: [...new Set([...others, core.service])],
        shards: Number(shards),
        partitionsPerShard: Number(partitionsPerShard),
        replicas,
      }),
    );
  }
  return [...bySpread.values()];
}

/** Asks the server. @throws Error when JetStream does not answer */
export async function readTopologies(bus: Bus): Promise<Topology[]> {
  return topologiesOf(await surveyStreams(bus));
}
