/**
 * The world as a machine sees it during one step: itself, its parent, its children, and the time of the step.
 * Nothing here acts: actions are collected, references cannot send.
 */
import type { Address } from '#contracts/address.ts';
import { systemReference } from './actor-reference.ts';
import { ignore, refuseSend, standIn, subscription, type StandInReference } from './stand-in.ts';
import type { ActorReference, CollectedAction, LiveSnapshot, ScopeInternals } from './xstate-internals.ts';

export type ActorScope = ScopeInternals & {
  /** Actions of the current transition, in order. */
  collected: CollectedAction[];
  /** Whether the current transition took any edge of the statechart. */
  took: boolean;
  /** The event that the current transition was given. */
  given: unknown;
  /** Types of events that the machine raised in the current transition, and that no state took. */
  dropped: string[];
  /** Children made by the current transition. */
  booked: number;
  parent: ActorReference | undefined;
  self: StandInReference;
  system: StepSystem;
};

/** What XState tells of a microstep, among other things that it tells. */
type Microstep = { type: string; event: { type: string }; _transitions: readonly unknown[] };

type StepSystem = {
  /** Read by `stepTimeMs` of machines/support. */
  stepTimeMs: number;
  _set: (systemId: string, reference: ActorReference) => void;
  _drop: (reference: ActorReference) => void;
  get: (systemId: string) => ActorReference;
};

type ScopeArguments = {
  address: Address;
  /** The id the parent knows this actor by, its own otherwise. */
  id: string;
  parent: Address | undefined;
  nowMs: number;
  /** Names the n-th child of a transition, should it have no id; the same name in every process. */
  childName: (n: number) => string;
};

export function actorScope(args: ScopeArguments): ActorScope {
  const system = stepSystem(args);
  const parent =
    args.parent === undefined ? undefined : standIn({ id: '#_parent', sessionId: args.parent, system });
  const self = standIn({ id: args.id, sessionId: args.address, system, parent });
  const scope: ActorScope = {
    self,
    system,
    parent,
    id: self.id,
    sessionId: self.sessionId,
    collected: [],
    took: false,
    given: undefined,
    dropped: [],
    booked: 0,
    logger: ignore,
    defer: ignore,
    stopChild: ignore,
    emit: ignore,
    actionExecutor: (action) => scope.collected.push(action),
  };
  Object.assign(system, {
    _sendInspectionEvent: (inspected: Microstep) => {
      if (inspected.type !== '@xstate.microstep') return;
      const { event, _transitions: taken } = inspected;
      if (taken.length > 0) scope.took = true;
      // XState drops it without a word; that a state is done need not interest anyone
      else if (event !== scope.given && !event.type.startsWith('xstate.')) scope.dropped.push(event.type);
    },
    _bookId: () => {
      scope.booked += 1;
      return args.childName(scope.booked);
    },
  });
  return scope;
}

/** Readies the scope for one more transition, from `snapshot` by `event`. */
export function beginTransition(scope: ActorScope, snapshot: LiveSnapshot, event: unknown): void {
  scope.collected = [];
  scope.took = false;
  scope.given = event;
  scope.dropped = [];
  scope.booked = 0;
  scope.self._snapshot = snapshot;
}

function stepSystem({ nowMs }: ScopeArguments): StepSystem {
  const bySystemId = new Map<string, ActorReference>();
  const system: StepSystem & Record<string, unknown> = {
    stepTimeMs: nowMs,
    _register: (sessionId: string) => sessionId,
    _unregister: ignore,
    _set: (systemId: string, reference: ActorReference) => void bySystemId.set(systemId, reference),
    _drop: (reference: ActorReference) => {
      const { systemId } = reference;
      if (systemId !== undefined && bySystemId.get(systemId) === reference) bySystemId.delete(systemId);
    },
    // an own child; anyone else of the tree by its first actor
    get: (systemId: string): ActorReference => bySystemId.get(systemId) ?? systemReference(systemId, system),
    getAll: () => Object.fromEntries(bySystemId),
    inspect: subscription,
    _relay: refuseSend,
    scheduler: { schedule: ignore, cancel: ignore, cancelAll: ignore },
    getSnapshot: () => ({ _scheduledEvents: {} }),
    start: ignore,
    _clock: {},
    _logger: ignore,
  };
  return system;
}
