/** Envelopes with an answer, for whoever has a connection. */
import { askEnvelope } from '#bus/ask-envelope.ts';
import type { Bus } from '#bus/connect.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Topology } from '#contracts/topology.ts';
import type { CompletionPorts } from '../activity-completion.ts';
import type { Asks, EnvelopeAnswer } from '../ports.ts';
import { JetStreamBlobs } from './jetstream-blobs.ts';

export class JetStreamAsks implements Asks {
  readonly #bus: Bus;
  readonly #topology: Topology;

  constructor(args: { bus: Bus; topology: Topology }) {
    this.#bus = args.bus;
    this.#topology = args.topology;
  }

  ask(envelope: Envelope, timeoutMs: number): Promise<EnvelopeAnswer | null> {
    return askEnvelope(this.#bus, this.#topology, { envelope, timeoutMs });
  }
}

/** What completing an activity by its token needs, in any process that has a connection. */
export function completionPorts(args: { bus: Bus; topology: Topology }): CompletionPorts {
  return { asks: new JetStreamAsks(args), blobs: new JetStreamBlobs(args) };
}
