/** What the page knows, as a pure function of the messages that came. */
import type { ActorView } from '#contracts/actor-view.ts';
import type { Address } from '#contracts/address.ts';
import type { ActorSummary, ConsoleMessage, ShownActor } from '#contracts/console-message.ts';
import { chooseStatechart, statechartGroup, statechartGroupOf } from '#contracts/statechart-choice.ts';
import type { StatechartDescription } from '#contracts/statechart-description.ts';
import type { StepNote } from '#contracts/step-note.ts';

/** `lost`: it was there, and the browser is asking for it again. */
export type Connection = 'opening' | 'live' | 'lost';

export type LiveState = {
  connection: Connection;
  /** Whether the server hears the bus. */
  bus: 'connected' | 'lost';
  /** The server's clock minus the browser's, in milliseconds. */
  clockOffsetMs: number;
  roots: ReadonlyMap<Address, ActorSummary>;
  /** Of the chosen tree; null until it was read. */
  actors: ReadonlyMap<Address, ShownActor> | null;
  /** By `service:type`, each version that the tree runs. */
  statecharts: ReadonlyMap<string, readonly StatechartDescription[]>;
  /** Steps of the chosen actor, oldest first; null until they were read. */
  history: readonly StepNote[] | null;
  problem: { what: string; why: string; next: string } | null;
};

export const NOTHING_KNOWN: LiveState = {
  connection: 'opening',
  bus: 'connected',
  clockOffsetMs: 0,
  roots: new Map(),
  actors: null,
  statecharts: new Map(),
  history: null,
  problem: null,
};

export type LiveChange =
  | { type: 'message'; message: ConsoleMessage; nowMs: number }
  | { type: 'connection'; connection: Connection }
  /** Something else was chosen: what was told of the last choice is forgotten. */
  | { type: 'chosen'; tree: boolean };

/** Steps shown at most: the oldest are forgotten. */
const NOTES_MAX = 500;

export function changed(state: LiveState, change: LiveChange): LiveState {
  switch (change.type) {
    case 'connection':
      return { ...state, connection: change.connection };
    case 'chosen':
      return { ...state, history: null, problem: null, ...(change.tree ? { actors: null } : {}) };
    case 'message':
      return told(state, change.message, change.nowMs);
  }
}

function told(state: LiveState, message: ConsoleMessage, nowMs: number): LiveState {
  switch (message.type) {
    case 'pulse':
      return { ...state, connection: 'live', bus: message.bus, clockOffsetMs: message.nowMs - nowMs };
    case 'roots':
      return { ...state, roots: new Map(message.roots.map((root) => [root.address, root])) };
    case 'root':
      return { ...state, roots: new Map(state.roots).set(message.root.address, message.root) };
    case 'tree':
      return { ...state, problem: null, actors: byAddress(message.actors) };
    case 'actor':
      return { ...state, actors: withActor(state.actors, message.actor) };
    case 'statechart':
      return { ...state, statecharts: withStatechart(state.statecharts, message) };
    case 'history':
      return { ...state, history: withNotes(state.history ?? [], message.notes) };
    case 'note':
      return { ...state, history: withNotes(state.history ?? [], [message.note]) };
    case 'problem':
      return { ...state, problem: message };
  }
}

function byAddress(actors: readonly ShownActor[]): Map<Address, ShownActor> {
  return new Map(actors.map((actor) => [actor.view.address, actor]));
}

function withActor(actors: LiveState['actors'], actor: ShownActor): Map<Address, ShownActor> {
  return new Map(actors ?? []).set(actor.view.address, actor);
}

function withStatechart(
  known: LiveState['statecharts'],
  { service, description }: { service: string; description: StatechartDescription },
): LiveState['statecharts'] {
  const key = statechartGroup(service, description.type);
  const others = (known.get(key) ?? []).filter((one) => !isSame(one, description));
  return new Map(known).set(key, [...others, description]);
}

function isSame(a: StatechartDescription, b: StatechartDescription): boolean {
  return a.hash === b.hash && a.version === b.version;
}

/** Each step once, in order, whichever way it came. */
function withNotes(history: readonly StepNote[], notes: readonly StepNote[]): readonly StepNote[] {
  const byStep = new Map([...history, ...notes].map((note) => [note.step, note]));
  return [...byStep.values()].toSorted((a, b) => a.step - b.step).slice(-NOTES_MAX);
}

/** The statechart an actor runs; undefined when none of its type was told. */
export function statechartOf(state: LiveState, view: ActorView): StatechartDescription | undefined {
  return chooseStatechart(state.statecharts.get(statechartGroupOf(view)) ?? [], view);
}
