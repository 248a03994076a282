/** Envelopes with an answer, for whoever has a connection. */
import { randomBytes } from 'node:crypto';
import { askEnvelope } from '#bus/ask-envelope.ts';
import type { Bus } from '#bus/connect.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Topology } from '#contracts/topology.ts';
import type { CompletionPorts } from '../activity-completion.ts';
import { DirectAsker } from '../direct-asker.ts';
import type { OwnSends } from '../own-sends.ts';
import type { Asks, EnvelopeAnswer } from '../ports.ts';
import { systemClock } from '../system-clock.ts';
import { JetStreamBlobs } from './jetstream-blobs.ts';
import { JetStreamOwnerLine } from './jetstream-direct-asks.ts';

/** Short, because records hold it; long enough never to come twice. */
const NAME_BYTES = 9;

/** By the ingress. */
export class JetStreamAsks implements Asks {
  readonly #bus: Bus;
  readonly #topology: Topology;
  readonly #sends: OwnSends | undefined;

  /** @param args.sends told of what is stored */
  constructor(args: { bus: Bus; topology: Topology; sends?: OwnSends }) {
    this.#bus = args.bus;
    this.#topology = args.topology;
    this.#sends = args.sends;
  }

  ask(envelope: Envelope, timeoutMs: number): Promise<EnvelopeAnswer | null> {
    return askEnvelope(this.#bus, this.#topology, {
      envelope,
      timeoutMs,
      onStored: (sequence) => this.#sends?.stored(envelope.to, sequence),
    });
  }
}

/** Events directly, for a client whose sends are counted in `sends`. */
export function directAsks(args: { bus: Bus; topology: Topology; sends: OwnSends }): Asks {
  const { topology, sends } = args;
  return new DirectAsker({
    line: new JetStreamOwnerLine(args),
    stored: new JetStreamAsks(args),
    sends,
    clock: systemClock,
    topology,
    newName: () => randomBytes(NAME_BYTES).toString('base64url'),
  });
}

/** What completing an activity by its token needs, in any process that has a connection. */
export function completionPorts(args: { bus: Bus; topology: Topology }): CompletionPorts {
  return { asks: new JetStreamAsks(args), blobs: new JetStreamBlobs(args) };
}
