/**
 * Forgets relayed messages in a core stream, up to what every sink reports to have taken.
 *
 * Never by age: a sink that is away for a week finds everything when it comes back.
 */
import { STREAM, coreSubjects } from '#contracts/subjects.ts';
import type { Topology } from '#contracts/topology.ts';
import type { Bus } from './connect.ts';

type SourceState = { name: string; seq?: number; subject_transforms?: { src: string }[] };
type StreamInfo = { error?: { description: string }; sources?: SourceState[] };

export async function sweepRelays(bus: Bus, args: { service: string; topology: Topology }): Promise<void> {
  const { service, topology } = args;
  for (let shard = 0; shard < topology.shards; shard += 1) {
    const subjects = coreSubjects(service, shard);
    const sinks = [
      { stream: STREAM.activities(service), filter: subjects.tasks },
      ...topology.services.map((to) => ({ stream: STREAM.ingress(to), filter: subjects.outboxTo(to) })),
    ];
    for (const { stream, filter } of sinks) {
      const taken = await takenBy(bus, { stream, source: STREAM.core(service, shard), filter });
      if (taken > 0) await purge(bus, { stream: STREAM.core(service, shard), filter, below: taken + 1 });
    }
  }
}

async function takenBy(bus: Bus, args: { stream: string; source: string; filter: string }): Promise<number> {
  const answer = await bus.request(`$JS.API.STREAM.INFO.${args.stream}`, '', { timeout: 5_000 });
  const info = answer.json<StreamInfo>();
  const source = info.sources?.find(
    (candidate) =>
      candidate.name === args.source &&
      candidate.subject_transforms?.some((transform) => transform.src === args.filter),
  );
  return source?.seq ?? 0;
}

async function purge(bus: Bus, args: { stream: string; filter: string; below: number }): Promise<void> {
  const request = JSON.stringify({ filter: args.filter, seq: args.below });
  await bus.request(`$JS.API.STREAM.PURGE.${args.stream}`, request, { timeout: 5_000 });
}

