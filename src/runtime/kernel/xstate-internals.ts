/**
 * What this kernel touches of XState 5.33: the parts that are not public, typed as narrowly as we use them.
 * Nothing outside this folder may know these shapes; `test/unit/kernel` pins them against upgrades.
 */
import type { AnyStateMachine } from 'xstate';
import type { StateValue } from '#contracts/actor-record.ts';

/** A built-in action creator's result: a function with its parameters as properties. */
export type BuiltInAction = ((...args: never[]) => unknown) & {
  type: string;
  resolve?: unknown;
  src?: unknown;
  id?: unknown;
  sendId?: unknown;
  delay?: unknown;
  syncSnapshot?: unknown;
};

/** An action as written in a machine: a name, a named object, or a function. */
export type ActionReference = string | { type: string; params?: unknown } | BuiltInAction;

/** A guard as written: a name, a named object, a predicate, or a combination with `guards`. */
export type GuardReference =
  | string
  | { type: string; params?: unknown }
  | (((...args: never[]) => unknown) & { check?: unknown; guards?: readonly GuardReference[] });

export type TransitionInternals = {
  eventType: string | null;
  target?: readonly NodeInternals[];
  source: NodeInternals;
  guard?: GuardReference;
  actions: readonly ActionReference[];
  reenter?: boolean;
  delay?: number | string;
  description?: string;
};

export type InvokeConfig = {
  id?: string;
  src: unknown;
  systemId?: string;
  onDone?: unknown;
  onError?: unknown;
  onSnapshot?: unknown;
};

export type NodeConfig = {
  id?: string;
  initial?: unknown;
  context?: unknown;
  /** Of history states: where to go when nothing is remembered. */
  target?: unknown;
  invoke?: InvokeConfig | readonly InvokeConfig[];
  states?: Record<string, NodeConfig>;
  options?: { maxIterations?: number };
};

export type InvokeDefinition = {
  id: string;
  src: string;
  systemId?: string;
  input?: unknown;
  onDone?: unknown;
  onError?: unknown;
  onSnapshot?: unknown;
};

export type NodeInternals = {
  id: string;
  key: string;
  type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  history: false | 'shallow' | 'deep';
  order: number;
  parent?: NodeInternals;
  config: NodeConfig;
  states: Record<string, NodeInternals>;
  entry: readonly ActionReference[];
  exit: readonly ActionReference[];
  tags: readonly string[];
  description?: string;
  meta?: unknown;
  initial?: { target: readonly NodeInternals[]; actions: readonly ActionReference[] };
  invoke: readonly InvokeDefinition[];
  transitions: ReadonlyMap<string, readonly TransitionInternals[]>;
  always?: readonly TransitionInternals[];
};

/** A live snapshot. XState treats it as immutable; so do we, apart from the canonical order of its nodes. */
export type LiveSnapshot = {
  status: 'active' | 'done' | 'error' | 'stopped';
  value: StateValue;
  context: Record<string, unknown>;
  output: unknown;
  error: unknown;
  children: Record<string, ActorReference | undefined>;
  historyValue: Record<string, NodeInternals[]>;
  _nodes: NodeInternals[];
};

/** An actor reference: XState's `Actor`, or our stand-in of the same outline. */
export type ActorReference = {
  id: string;
  sessionId: string;
  src: unknown;
  systemId?: string | undefined;
  _syncSnapshot?: boolean | undefined;
  options?: { input?: unknown };
};

/** What XState hands to the scope for each built-in or custom action. */
export type CollectedAction = { type: string; params: unknown; exec?: unknown; info?: unknown };

/** The world as one machine sees it during a step. */
export type ScopeInternals = {
  self: unknown;
  system: unknown;
  id: string;
  sessionId: string;
  logger: () => void;
  defer: () => void;
  stopChild: () => void;
  emit: () => void;
  actionExecutor: (action: CollectedAction) => void;
};

export type MachineInternals = {
  id: string;
  root: NodeInternals;
  config: NodeConfig;
  implementations: {
    actors: Record<string, unknown>;
    actions: Record<string, unknown>;
    guards: Record<string, unknown>;
    delays: Record<string, unknown>;
  };
  transition(snapshot: LiveSnapshot, event: { type: string }, scope: ScopeInternals): LiveSnapshot;
  getInitialSnapshot(scope: ScopeInternals, input: unknown): LiveSnapshot;
  restoreSnapshot(persisted: unknown, scope: ScopeInternals): LiveSnapshot;
};

export function internalsOf(machine: AnyStateMachine): MachineInternals {
  return machine as unknown as MachineInternals;
}

/** Every state node, root first, in document order. */
export function nodesOf(root: NodeInternals): NodeInternals[] {
  return [root, ...Object.values(root.states).flatMap(nodesOf)];
}

/** Every transition of a node, eventless ones too. */
export function transitionsOf(node: NodeInternals): TransitionInternals[] {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
}

export function invokesOf(config: NodeConfig): readonly InvokeConfig[] {
  if (config.invoke === undefined) return [];
  return Array.isArray(config.invoke) ? config.invoke : [config.invoke as InvokeConfig];
}

/** Whether a value has the outline of an actor reference. */
export function isActorReference(value: object): value is ActorReference {
  return 'sessionId' in value && 'send' in value && 'ref' in value;
}

/** A built-in action that XState resolves against a snapshot: `[snapshot after it, its parameters]`. */
export type ResolvableAction = BuiltInAction & {
  resolve: (
    ...resolution: [
      scope: ScopeInternals,
      snapshot: LiveSnapshot,
      args: { context: unknown; event: unknown; self: unknown; system: unknown },
      params: undefined,
      action: unknown,
      extra: { internalQueue: unknown[] },
    ]
  ) => readonly [LiveSnapshot, unknown, ...unknown[]];
};

export function isResolvable(action: ActionReference): action is ResolvableAction {
  return typeof action === 'function' && typeof action.resolve === 'function';
}
