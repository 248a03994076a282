/**
 * What a whole deployment has: its services, the actors that trees start with, and the statecharts of all of them.
 *
 * C1 It follows; it never polls. The server itself tells of a stream that is made later; what could not be followed at
 *    once is tried again until it is.
 * C2 It survives a restart of the server: its readers go on behind the last message they saw.
 * C3 It is bounded: the last messages of each stream are looked through, and the newest roots are kept.
 */
import type { Bus } from '#bus/connect.ts';
import { topologiesOf } from '#bus/service-survey.ts';
import { surveyStreams } from '#bus/stream-survey.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { partsOf, type Address } from '#contracts/address.ts';
import type { ActorSummary } from '#contracts/console-message.ts';
import { PROBE_ACTOR_TYPE } from '#contracts/probe.ts';
import { chooseStatechart, statechartGroup, statechartGroupOf } from '#contracts/statechart-choice.ts';
import type { StatechartDescription, StoredStatechart } from '#contracts/statechart-description.ts';
import { bucketStream, coreStreamOf, statechartBucket, streamCreated } from '#contracts/subjects.ts';
import type { Topology } from '#contracts/topology.ts';
import { followRoots } from '#runtime/jetstream/jetstream-roots.ts';
import { followStatecharts } from '#runtime/jetstream/jetstream-statecharts.ts';
import type { Subscription } from '#runtime/ports.ts';
import { summaryOf } from './actor-summary.ts';
import type { BusState } from './bus-state.ts';

const SURVEY_RETRY_MS = 500;
const ROOTS_MAX = 1_000;
/** How far back each core stream is looked through for roots, in sequences. */
const WINDOW = 50_000;

type Listener = { onRoot: (root: ActorSummary) => void; onStatechart: () => void };

export class Catalogue {
  readonly #bus: Bus;
  #topologies: readonly Topology[] = [];
  readonly #roots = new Map<Address, ActorSummary>();
  readonly #statecharts = new Map<string, StatechartDescription[]>();
  readonly #following = new Map<string, Subscription>();
  readonly #listeners = new Set<Listener>();
  #surveying: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Resolves when everything that is there now is being followed. */
  static async open(bus: Bus, busState: BusState): Promise<Catalogue> {
    const catalogue = new Catalogue(bus);
    // What the server told while the connection was lost is lost too.
    busState.onChange.add(() => void (busState.connected && catalogue.#survey()));
    // Listening comes first: no stream is made unheard between the two.
    bus.subscribe(streamCreated, { callback: () => void catalogue.#survey() });
    await bus.flush();
    await catalogue.#survey();
    return catalogue;
  }

  /** The newest first. */
  roots(): ActorSummary[] {
    return [...this.#roots.values()].toSorted((a, b) => b.startedAtMs - a.startedAtMs);
  }

  /** How the trees of a service are spread; undefined when no such service ever started. */
  topologyOf(service: string): Topology | undefined {
    return this.#topologies.find(({ services }) => services.includes(service));
  }

  /** The statechart an actor runs; undefined when none of its type is stored. */
  statechartOf(view: ActorView): StatechartDescription | undefined {
    return chooseStatechart(this.#statecharts.get(statechartGroupOf(view)) ?? [], view);
  }

  /** Returns how to stop listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#following.values()].map((following) => following.close()));
  }

  /** One at a time: two would follow the same stream twice. */
  #survey(): Promise<void> {
    this.#surveying = this.#surveying.then(() => this.#surveySteadily());
    return this.#surveying;
  }

  /** A server that starts, or has much to do, may not answer in time. */
  async #surveySteadily(): Promise<void> {
    while (!this.#closed && !this.#bus.isClosed()) {
      try {
        return await this.#surveyNow();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, SURVEY_RETRY_MS));
      }
    }
  }

  async #surveyNow(): Promise<void> {
    const streams = await surveyStreams(this.#bus);
    this.#topologies = topologiesOf(streams);
    for (const { name, metadata, lastSequence } of streams) {
      if (this.#following.has(name)) continue;
      if (name === bucketStream(statechartBucket).stream) {
        this.#following.set(name, await followStatecharts(this.#bus, (stored) => this.#addChart(stored)));
      }
      const core = coreStreamOf(name);
      if (!core || metadata['windlass.shards'] === undefined) continue;
      const from = Math.max(1, lastSequence - WINDOW);
      const following = await followRoots(this.#bus, { ...core, from }, (view) => this.#addRoot(view));
      this.#following.set(name, following);
    }
  }

  #addChart({ service, description }: StoredStatechart): void {
    const key = statechartGroup(service, description.type);
    this.#statecharts.set(key, [...(this.#statecharts.get(key) ?? []), description]);
    for (const listener of this.#listeners) listener.onStatechart();
  }

  #addRoot(view: ActorView): void {
    if (partsOf(view.address).type === PROBE_ACTOR_TYPE) return;
    const root = summaryOf(view);
    // The last to move stands last: the first is the one to forget.
    this.#roots.delete(root.address);
    this.#roots.set(root.address, root);
    const [oldest] = this.#roots.keys();
    if (this.#roots.size > ROOTS_MAX && oldest !== undefined) this.#roots.delete(oldest);
    for (const listener of this.#listeners) listener.onRoot(root);
  }
}
