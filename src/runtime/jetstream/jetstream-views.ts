/** Public views: read from the records' headers, followed by their republication. */
import { ActorView } from '#contracts/actor-view.ts';
import { partsOf, type Address } from '#contracts/address.ts';
import { parsedJson } from '#contracts/json.ts';
import { HEADER, STREAM, coreSubjects, viewsOfTree, viewsOfType } from '#contracts/subjects.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';
import type { Bus } from '#bus/connect.ts';
import { readKept } from '#bus/read-kept.ts';
import { readLast } from '#bus/stored-message.ts';
import type { StreamPositions } from '#bus/stream-positions.ts';
import type { Subscription, Views } from '../ports.ts';

export class JetStreamViews implements Views {
  readonly #bus: Bus;
  readonly #topology: Topology;
  readonly #positions: StreamPositions | undefined;

  /** With `positions`, no server that is behind them is believed that there is no view. */
  constructor(args: { bus: Bus; topology: Topology; positions?: StreamPositions }) {
    this.#bus = args.bus;
    this.#topology = args.topology;
    this.#positions = args.positions;
  }

  async read(address: Address): Promise<ActorView | null> {
    const { service } = partsOf(address);
    const { shard } = placeOf(address, this.#topology);
    const place = {
      stream: STREAM.core(service, shard),
      subject: coreSubjects(service, shard).record(address),
    };
    const stored = await readLast(this.#bus, { ...place, orFromCopy: true });
    if (stored === null) await this.#positions?.assertNothingThere(this.#bus, place);
    return viewOf(stored?.headers.get(HEADER.view.toLowerCase()));
  }

  async readTree(root: string): Promise<ActorView[]> {
    const views: ActorView[] = [];
    for (const service of this.#topology.services) {
      for (let shard = 0; shard < this.#topology.shards; shard += 1) {
        views.push(
          ...(await this.#scan({ service, shard, subject: coreSubjects(service, shard).treeRecords(root) })),
        );
      }
    }
    return views;
  }

  async readType(args: { service: string; type: string }): Promise<ActorView[]> {
    const views: ActorView[] = [];
    for (let shard = 0; shard < this.#topology.shards; shard += 1) {
      const subject = coreSubjects(args.service, shard).recordsOfType(args.type);
      views.push(...(await this.#scan({ service: args.service, shard, subject })));
    }
    return views;
  }

  async watch(root: string, onView: (view: ActorView) => void): Promise<Subscription> {
    return this.#follow(viewsOfTree(root), onView);
  }

  async watchType(
    args: { service: string; type: string },
    onView: (view: ActorView) => void,
  ): Promise<Subscription> {
    return this.#follow(viewsOfType(args.service, args.type), onView);
  }

  async #follow(subject: string, onView: (view: ActorView) => void): Promise<Subscription> {
    const subscription = this.#bus.subscribe(subject, {
      callback: (error, message) => {
        const view = error ? null : viewOf(message.headers?.get(HEADER.view));
        if (view) onView(view);
      },
    });
    await this.#bus.flush();
    return {
      close: async () => {
        subscription.unsubscribe();
      },
    };
  }

  /** Everything under a subject as it is now. An actor that moves on while it is read is read again. */
  async #scan(args: { service: string; shard: number; subject: string }): Promise<ActorView[]> {
    const views = new Map<Address, ActorView>();
    const stream = STREAM.core(args.service, args.shard);
    const { subject } = args;
    await readKept(this.#bus, { stream, subject, from: 'last-per-subject', headersOnly: true }, (message) => {
      const view = viewOf(message.header(HEADER.view));
      if (view) views.set(view.address, view);
    });
    return [...views.values()];
  }
}

/** The view in a header; null when there is none, or one of a form that this process does not know. */
export function viewOf(header: string | undefined): ActorView | null {
  const view = ActorView.safeParse(parsedJson(header));
  return view.success ? view.data : null;
}
