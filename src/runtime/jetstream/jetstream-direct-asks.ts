/** Direct asks on core NATS, from both ends. */
import type { Bus } from '#bus/connect.ts';
import { askOwner, listenAsOwner } from '#bus/owner-line.ts';
import type { DirectAnswer, DirectAsk } from '#contracts/direct-ask.ts';
import { shardOf, type Topology } from '#contracts/topology.ts';
import type { DirectAsks, OwnerLine, Subscription } from '../ports.ts';
import type { JetStreamBinding } from './jetstream-record-store.ts';

export class JetStreamDirectAsks implements DirectAsks {
  readonly #binding: JetStreamBinding;

  constructor(binding: JetStreamBinding) {
    this.#binding = binding;
  }

  async listen(
    partitions: readonly number[],
    onAsk: (ask: DirectAsk, partition: number) => void,
  ): Promise<Subscription> {
    const { bus, service, topology } = this.#binding;
    const subscriptions = partitions.map((partition) => {
      const place = { shard: shardOf(partition, topology), partition };
      return listenAsOwner(bus, { service, place }, (ask) => onAsk(ask, partition));
    });
    await bus.flush();
    return {
      close: async () => {
        for (const subscription of subscriptions) subscription.unsubscribe();
      },
    };
  }
}

export class JetStreamOwnerLine implements OwnerLine {
  readonly #bus: Bus;
  readonly #topology: Topology;

  constructor(args: { bus: Bus; topology: Topology }) {
    this.#bus = args.bus;
    this.#topology = args.topology;
  }

  ask(ask: DirectAsk, timeoutMs: number): Promise<DirectAnswer | null> {
    return askOwner(this.#bus, this.#topology, { ask, timeoutMs });
  }
}
