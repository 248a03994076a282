/**
 * All that one open page is told: the root actors, the actors of the tree it chose and their statecharts, and the
 * history of the actor it chose.
 *
 * F1 It listens before it reads: no change falls between the two.
 * F2 What is pushed may be lost while the connection is; after a reconnection everything is read again.
 * F3 A page that asks again after it lost its own connection needs nothing of before: the first messages say all.
 */
import type { Bus } from '#bus/connect.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { partsOf, type Address } from '#contracts/address.ts';
import type { ConsoleMessage } from '#contracts/console-message.ts';
import { statechartGroupOf } from '#contracts/statechart-choice.ts';
import { Topology } from '#contracts/topology.ts';
import { JetStreamHistories } from '#runtime/jetstream/jetstream-histories.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import type { NotedStep } from '#runtime/ports.ts';
import { summaryOf } from './actor-summary.ts';
import type { BusState } from './bus-state.ts';
import type { Catalogue } from './catalogue.ts';

const PULSE_MS = 5_000;
/** Steps of the past that a page gets. */
const STEPS_MAX = 300;
const READ_TRIES_MAX = 20;
const READ_RETRY_MS = 500;

/** What a page looks at. */
export type PageChoice = { root?: Address; actor?: Address };

export type PageFeedOptions = {
  bus: Bus;
  busState: BusState;
  catalogue: Catalogue;
  choice: PageChoice;
  send: (message: ConsoleMessage) => void;
};

export class PageFeed {
  readonly #options: PageFeedOptions;
  readonly #closing: (() => void)[] = [];
  /** Views of the chosen tree; the newest step of each counts. */
  readonly #views = new Map<Address, ActorView>();
  /** Statecharts the page has, by `service:type`. */
  readonly #sentCharts = new Map<string, Set<string>>();
  #closed = false;

  constructor(options: PageFeedOptions) {
    this.#options = options;
  }

  /** Resolves when everything that is there now was sent. */
  async start(): Promise<void> {
    const { busState, catalogue, choice, send } = this.#options;
    this.#pulse();
    const timer = setInterval(() => this.#pulse(), PULSE_MS);
    this.#closing.push(() => clearInterval(timer));
    this.#closing.push(
      catalogue.listen({
        onRoot: (root) => send({ type: 'root', root }),
        onStatechart: () => this.#sendCharts(),
      }),
    );
    send({ type: 'roots', roots: catalogue.roots() });
    const onBus = (): void => {
      this.#pulse();
      if (busState.connected) void this.#readAll();
    };
    busState.onChange.add(onBus);
    this.#closing.push(() => void busState.onChange.delete(onBus));
    if (choice.root === undefined) return;
    const { root } = partsOf(choice.root);
    const subscription = await this.#histories().follow({ root }, (step) => this.#take(step));
    this.#closing.push(() => void subscription.close());
    if (this.#closed) await subscription.close();
    await this.#readAll();
  }

  /** Nothing is sent afterwards. */
  close(): void {
    this.#closed = true;
    for (const close of this.#closing) close();
  }

  #pulse(): void {
    const bus = this.#options.busState.connected ? 'connected' : 'lost';
    this.#options.send({ type: 'pulse', v: 1, nowMs: Date.now(), bus });
  }

  /** Of a service that never started there is nothing to read. */
  #topology(): Topology {
    const { catalogue, choice } = this.#options;
    const service = choice.root === undefined ? '' : partsOf(choice.root).service;
    return catalogue.topologyOf(service) ?? Topology.parse({ services: ['none'] });
  }

  #histories(): JetStreamHistories {
    return new JetStreamHistories({ bus: this.#options.bus, topology: this.#topology() });
  }

  /** The server may be starting again: it is asked until it answers. */
  async #readAll(): Promise<void> {
    const { bus, choice, send } = this.#options;
    const { root, actor = root } = choice;
    if (root === undefined || actor === undefined) return;
    for (let attempt = 1; !this.#closed; attempt += 1) {
      try {
        const views = new JetStreamViews({ bus, topology: this.#topology() });
        const tree = await views.readTree(partsOf(root).root);
        if (!this.#closed) this.#replace(tree);
        const notes = await this.#histories().read(actor, { limit: STEPS_MAX });
        if (!this.#closed) send({ type: 'history', address: actor, notes });
        return;
      } catch (error) {
        if (attempt >= READ_TRIES_MAX) return this.fail(error);
        await new Promise((resolve) => setTimeout(resolve, READ_RETRY_MS));
      }
    }
  }

  /** Tells the page what could not be read. */
  fail(error: unknown): void {
    if (this.#closed) return;
    this.#options.send({
      type: 'problem',
      what: 'The actors of this tree cannot be read.',
      why: error instanceof Error ? error.message : String(error),
      next: 'Look at the server with: windlass doctor. They are read again when the connection is back.',
    });
  }

  #replace(views: readonly ActorView[]): void {
    const { choice, send } = this.#options;
    for (const view of views) this.#remember(view);
    const actors = [...this.#views.values()].map((view) => ({ summary: summaryOf(view), view }));
    send({ type: 'tree', root: choice.root ?? '', actors });
    this.#sendCharts();
  }

  #take({ view, note }: NotedStep): void {
    if (this.#closed) return;
    const { choice, send } = this.#options;
    const { address } = view;
    if (address === (choice.actor ?? choice.root)) send({ type: 'note', address, note });
    if (!this.#remember(view)) return;
    send({ type: 'actor', actor: { summary: summaryOf(view), view } });
    this.#sendCharts();
  }

  /** False for a view that came already: views may come twice and out of order. */
  #remember(view: ActorView): boolean {
    const known = this.#views.get(view.address);
    if (known && known.step >= view.step) return false;
    this.#views.set(view.address, view);
    return true;
  }

  /** Each statechart that the tree runs, once. */
  #sendCharts(): void {
    if (this.#closed) return;
    const { catalogue, send } = this.#options;
    for (const view of this.#views.values()) {
      const description = catalogue.statechartOf(view);
      if (!description) continue;
      const { service } = partsOf(view.address);
      const key = statechartGroupOf(view);
      const name = `${description.version}.${description.hash}`;
      const sent = this.#sentCharts.get(key) ?? new Set();
      if (sent.has(name)) continue;
      this.#sentCharts.set(key, sent.add(name));
      send({ type: 'statechart', service, description });
    }
  }
}
