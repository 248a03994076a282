/**
 * Forgets relayed messages in a core stream, up to what every sink reports to have taken.
 *
 * F1 Never by age: a sink that is away for a week finds everything when it comes back.
 * F2 A sink counts a message a moment before it has stored it. So only what it reported at the sweep before, and
 *    still reports now, is forgotten: a sink that was killed in that moment reports less after its restart.
 */
import { STREAM, coreSubjects } from '#contracts/subjects.ts';
import type { Topology } from '#contracts/topology.ts';
import type { Bus } from './connect.ts';

type SourceState = { name: string; seq?: number; subject_transforms?: { src: string }[] };
type StreamInfo = { error?: { description: string }; sources?: SourceState[] };

/** Sweeps the core streams of one service, now and then. */
export class RelaySweep {
  readonly #bus: Bus;
  readonly #service: string;
  readonly #topology: Topology;
  /** What each sink reported at the last sweep, by stream and filter. */
  readonly #reported = new Map<string, number>();

  constructor(args: { bus: Bus; service: string; topology: Topology }) {
    this.#bus = args.bus;
    this.#service = args.service;
    this.#topology = args.topology;
  }

  async sweep(): Promise<void> {
    const service = this.#service;
    const topology = this.#topology;
    for (let shard = 0; shard < topology.shards; shard += 1) {
      const subjects = coreSubjects(service, shard);
      const sinks = [
        { stream: STREAM.activities(service), filter: subjects.tasks },
        ...topology.services.map((to) => ({ stream: STREAM.ingress(to), filter: subjects.outboxTo(to) })),
      ];
      for (const sink of sinks) await this.#sweepFor({ ...sink, source: STREAM.core(service, shard) });
    }
  }

  async #sweepFor(sink: { stream: string; source: string; filter: string }): Promise<void> {
    const key = `${sink.stream} ${sink.filter}`;
    const before = this.#reported.get(key) ?? 0;
    const now = await takenBy(this.#bus, sink);
    this.#reported.set(key, now);
    const taken = Math.min(before, now);
    if (taken > 0) await purge(this.#bus, { stream: sink.source, filter: sink.filter, below: taken + 1 });
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

