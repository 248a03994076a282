/**
 * Follows trees of actors, whole: what is there, then every step.
 *
 * T1 It listens before it reads: no step falls between the two.
 * T2 What is pushed may be lost while the connection is; after a reconnection every tree is read again.
 */
import type { Bus } from '#bus/connect.ts';
import { surveyStreams } from '#bus/stream-survey.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { PROBE_ACTOR_TYPE } from '#contracts/probe.ts';
import { partsOf } from '#contracts/address.ts';
import type { StepNote } from '#contracts/step-note.ts';
import { coreStreamOf } from '#contracts/subjects.ts';
import type { Topology } from '#contracts/topology.ts';
import { JetStreamHistories } from '#runtime/jetstream/jetstream-histories.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { followRoots } from '#runtime/jetstream/jetstream-roots.ts';
import type { Subscription } from '#runtime/ports.ts';

export type Step = { view: ActorView; note?: StepNote };

export type FollowTreesOptions = {
  bus: Bus;
  /** Of every service that there is. */
  topologies: readonly Topology[];
  onStep: (step: Step) => void;
};

export class TreeFollower {
  readonly #options: FollowTreesOptions;
  readonly #views: readonly JetStreamViews[];
  readonly #roots = new Set<string>();
  readonly #subscriptions: Subscription[] = [];

  constructor(options: FollowTreesOptions) {
    this.#options = options;
    this.#views = options.topologies.map((topology) => new JetStreamViews({ bus: options.bus, topology }));
    void this.#readAgainAfterReconnection();
  }

  /** Follows one tree by its root's id. False when it has no actors now; it is followed all the same. */
  async follow(root: string): Promise<boolean> {
    if (this.#roots.has(root)) return true;
    this.#roots.add(root);
    // Steps of a tree are told on the same subjects, whatever the topology.
    const { bus, topologies, onStep } = this.#options;
    const [topology] = topologies;
    if (topology) {
      this.#subscriptions.push(await new JetStreamHistories({ bus, topology }).follow({ root }, onStep));
    }
    return (await this.#read(root)) > 0;
  }

  /** Follows each tree that moves from now on. */
  async followAll(): Promise<void> {
    for (const { name, lastSequence } of await surveyStreams(this.#options.bus)) {
      const core = coreStreamOf(name);
      if (!core) continue;
      const following = await followRoots(
        this.#options.bus,
        { ...core, from: lastSequence + 1 },
        ({ address }) => {
          const { root, type } = partsOf(address);
          // A tree that cannot be read now is read after the reconnection.
          if (type !== PROBE_ACTOR_TYPE) void this.follow(root).catch(() => undefined);
        },
      );
      this.#subscriptions.push(following);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
  }

  async #read(root: string): Promise<number> {
    const trees = await Promise.all(this.#views.map((one) => one.readTree(root)));
    const views = trees.flat();
    for (const view of views.toSorted((a, b) => a.startedAtMs - b.startedAtMs))
      this.#options.onStep({ view });
    return views.length;
  }

  async #readAgainAfterReconnection(): Promise<void> {
    for await (const { type } of this.#options.bus.status()) {
      if (type !== 'reconnect') continue;
      for (const root of this.#roots) await this.#read(root).catch(() => undefined);
    }
  }
}
