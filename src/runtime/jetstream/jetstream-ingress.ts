/** The way in: one stream per service that everybody may write to. */
import { Envelope } from '#contracts/envelope.ts';
import { partsOf } from '#contracts/address.ts';
import { ingressSubjects } from '#contracts/subjects.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';
import { isUnknownOutcome } from '#bus/bus-error.ts';
import type { Bus } from '#bus/connect.ts';
import { GroupCommitter } from '#bus/group-committer.ts';
import { publish, type OutgoingMessage } from '#bus/publish.ts';
import type { DirectAnswer } from '#contracts/direct-ask.ts';
import type { OwnSends } from '../own-sends.ts';
import type { Ingress, Replies } from '../ports.ts';

/** Longer than any election: a result that is not stored would be worked for again. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 200;

/**
 * What one process sends at the same time shares a write. A result of an activity leaves at once and by itself: until
 * it has left, the death of the process would make the attempt run again.
 */
export class JetStreamIngress implements Ingress {
  readonly #bus: Bus;
  readonly #topology: Topology;
  readonly #committers = new Map<string, GroupCommitter>();
  readonly #sends: OwnSends | undefined;

  /** @param args.sends told of what is stored */
  constructor(args: { bus: Bus; topology: Topology; sends?: OwnSends }) {
    this.#sends = args.sends;
    this.#bus = args.bus;
    this.#topology = args.topology;
  }

  /** Tries for a minute. @throws BusError when no server took it by then. */
  async send(envelope: Envelope): Promise<void> {
    const checked = Envelope.parse(envelope);
    const place = placeOf(checked.to, this.#topology);
    const { service } = partsOf(checked.to);
    const message: OutgoingMessage = {
      subject: ingressSubjects(service).of(place, checked.to, checked.id),
      data: JSON.stringify(checked),
      headers: { 'Nats-Msg-Id': checked.id },
    };
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        const isUrgent = checked.kind === 'activity-result';
        const sequence = isUrgent
          ? (await publish(this.#bus, message)).sequence
          : await this.#committerOf(service).commit([message]);
        this.#sends?.stored(checked.to, sequence);
        return;
      } catch (error) {
        if (!isUnknownOutcome(error) || performance.now() > deadline || this.#bus.isClosed()) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #committerOf(service: string): GroupCommitter {
    const known = this.#committers.get(service);
    if (known) return known;
    const created = new GroupCommitter(this.#bus);
    this.#committers.set(service, created);
    return created;
  }
}

export class JetStreamReplies implements Replies {
  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  reply(to: string, answer: DirectAnswer): void {
    this.#bus.publish(to, JSON.stringify(answer));
  }
}
