/**
 * Actors as frames of the Stately Inspector protocol: `@xstate.actor`, `@xstate.event` and `@xstate.snapshot`, the
 * three that it has. Pure.
 *
 * I1 An actor is told before its first event and snapshot, and its parent before it.
 * I2 A step is told once: views that come twice or late add nothing.
 * I3 Sanitised, no frame holds what an actor shows of its context, nor the text of a failure.
 */
import type { ActorView } from '#contracts/actor-view.ts';
import { partsOf, type Address } from '#contracts/address.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import type { Json } from '#contracts/json.ts';
import type { StatechartDescription } from '#contracts/statechart-description.ts';
import type { StepNote } from '#contracts/step-note.ts';
import { machineConfigOf } from './machine-config.ts';

/** The version of the protocol these frames are of. */
const PROTOCOL_VERSION = '0.7.2';

type Common = {
  sessionId: string;
  /** Session of the actor that the tree starts with. */
  rootId: string;
  /** Milliseconds since the epoch, as text. */
  createdAt: string;
  id: string;
  _version: string;
};

export type InspectedSnapshot = {
  status: ActorView['status'];
  value: ActorView['value'];
  context: Json;
  tags: readonly string[];
  children: Readonly<Record<string, never>>;
  historyValue: Readonly<Record<string, never>>;
  error?: { code: string; message?: string };
};

export type InspectorFrame =
  | (Common & {
      type: '@xstate.actor';
      parentId?: string;
      name: string;
      /** JSON text of the machine's configuration; absent when its statechart is not stored. */
      definition?: string;
      snapshot: InspectedSnapshot;
    })
  | (Common & { type: '@xstate.event'; sourceId?: string; event: ActorEvent })
  | (Common & { type: '@xstate.snapshot'; event: ActorEvent; snapshot: InspectedSnapshot });

export type FrameOptions = {
  /** Leaves out all that machines and people wrote: details, and messages of failures. */
  sanitize: boolean;
  statechartOf: (view: ActorView) => StatechartDescription | undefined;
};

/** How a step is called when nothing tells which event it applied. */
const UNKNOWN_EVENT = 'windlass.step';

export class InspectorFrames {
  readonly #options: FrameOptions;
  readonly #views = new Map<Address, ActorView>();

  constructor(options: FrameOptions) {
    this.#options = options;
  }

  /** Frames of a view that came, with what is known of its step. None for a step that was told already. */
  take(view: ActorView, note?: StepNote): InspectorFrame[] {
    const known = this.#views.get(view.address);
    if (known && known.step >= view.step) return [];
    this.#views.set(view.address, view);
    const events = (note?.applied ?? []).map(({ id, kind, type, from }) => ({
      id,
      from,
      type: type ?? kind,
    }));
    return [
      ...(known ? [] : [this.#actorFrame(view)]),
      ...events.map(({ id, from, type }): InspectorFrame => ({
        ...this.#common(view, `${view.address}.${view.step}.${id}`),
        type: '@xstate.event',
        ...(from === undefined ? {} : { sourceId: from }),
        event: { type },
      })),
      this.#snapshotFrame(view, events.at(-1)?.type ?? UNKNOWN_EVENT),
    ];
  }

  /** Everything as it is now, for a viewer that comes later: each actor, its parent before it. */
  all(): InspectorFrame[] {
    return inTreeOrder([...this.#views.values()]).flatMap((view) => [
      this.#actorFrame(view),
      this.#snapshotFrame(view, UNKNOWN_EVENT),
    ]);
  }

  #actorFrame(view: ActorView): InspectorFrame {
    const description = this.#options.statechartOf(view);
    const { type, id } = partsOf(view.address);
    return {
      ...this.#common(view, `${view.address}.actor`),
      type: '@xstate.actor',
      ...(view.parent === undefined ? {} : { parentId: view.parent }),
      name: `${type} ${id}`,
      ...(description === undefined ? {} : { definition: JSON.stringify(machineConfigOf(description)) }),
      snapshot: this.#snapshotOf(view),
    };
  }

  #snapshotFrame(view: ActorView, event: string): InspectorFrame {
    return {
      ...this.#common(view, `${view.address}.${view.step}`),
      type: '@xstate.snapshot',
      event: { type: event },
      snapshot: this.#snapshotOf(view),
    };
  }

  #common({ address, updatedAtMs }: ActorView, id: string): Common {
    return {
      sessionId: address,
      rootId: this.#rootOf(address),
      createdAt: String(updatedAtMs),
      id,
      _version: PROTOCOL_VERSION,
    };
  }

  /** Follows the parents; for a parent that is not known the tree ends there. */
  #rootOf(address: Address): Address {
    const parent = this.#views.get(address)?.parent;
    return parent === undefined || parent === address ? address : this.#rootOf(parent);
  }

  #snapshotOf({ status, value, detail, tags = [], error }: ActorView): InspectedSnapshot {
    const { sanitize } = this.#options;
    return {
      status,
      value,
      context: sanitize ? {} : (detail ?? {}),
      tags,
      children: {},
      historyValue: {},
      ...(error === undefined
        ? {}
        : { error: sanitize ? { code: error.code } : { code: error.code, message: error.message } }),
    };
  }
}

/** Parents before their children. */
export function inTreeOrder(views: readonly ActorView[]): ActorView[] {
  const known = new Set(views.map(({ address }) => address));
  const below = (parent: Address | undefined): ActorView[] =>
    views
      .filter(
        (view) => (view.parent !== undefined && known.has(view.parent) ? view.parent : undefined) === parent,
      )
      .toSorted((a, b) => a.startedAtMs - b.startedAtMs)
      .flatMap((view) => [view, ...below(view.address)]);
  return below(undefined);
}
