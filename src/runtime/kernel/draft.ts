/** An actor in the middle of a step: what will become its next record, and the effects so far. */
import { partsOf, type Address, type AddressParts } from '#contracts/address.ts';
import type { ActivityRecord, ActorRecord, ChildRecord, TimerRecord } from '#contracts/actor-record.ts';
import type { ActorEvent, Parent } from '#contracts/envelope.ts';
import type { Failure } from '#contracts/failure.ts';
import type { Json, JsonObject } from '#contracts/json.ts';
import type { Effect } from '../effects.ts';
import { controlOf, type Control } from './actor-control.ts';
import { systemIdOf, systemReference } from './actor-reference.ts';
import { actorScope, type ActorScope } from './actor-scope.ts';
import { decodeContext, type References } from './checked-codec.ts';
import { restoreSnapshot } from './live-snapshot.ts';
import type { PreparedDefinition } from './prepared-definition.ts';
import { standIn } from './stand-in.ts';
import type { ActorReference, LiveSnapshot } from './xstate-internals.ts';

/** What changes with each transition; copied before one, put back when it throws. */
export type DraftState = {
  status: ActorRecord['status'];
  snapshot: LiveSnapshot;
  /** The context as it will be stored; in step with `snapshot.context`. */
  context: JsonObject;
  contextSizeChars: number;
  output: Json | undefined;
  error: Failure | undefined;
  children: Map<string, ChildRecord>;
  timers: Map<string, TimerRecord>;
  activities: Map<string, ActivityRecord>;
  /** Of the first actor of a tree: who has which system id, apart from its own children. */
  systemIds: Map<string, Address>;
  /** Events the actor sent to itself, taken before anything else. */
  selfSent: ActorEvent[];
  effects: Effect[];
  /** Something came in or went out that may be large: the record's size must be measured. */
  bulky: boolean;
};

export type Draft = {
  readonly prepared: PreparedDefinition;
  readonly address: Address;
  readonly parts: AddressParts;
  readonly parent: Parent | undefined;
  /** Empty in records of before. */
  readonly life: { life?: number };
  readonly nowMs: number;
  readonly scope: ActorScope;
  /** Children by live reference; those that have gone are not in it. */
  readonly references: Map<ActorReference, LiveChild>;
  /** Source of births and generations; never goes back. */
  sequence: number;
  /** When the alarm on the server is set for. */
  armedAtMs: number | undefined;
  /** What holds apart from the machine; no transition that throws undoes it. */
  readonly control: Control;
  /** Types of events that no state took since they were last told. */
  readonly unheard: string[];
  state: DraftState;
};

export type LiveChild = { id: string; birth: number; child: ChildRecord };

type DraftArguments = {
  prepared: PreparedDefinition;
  address: Address;
  parent: Parent | undefined;
  life: number | undefined;
  nowMs: number;
  sequence: number;
  armedAtMs: number | undefined;
  control?: Control;
  /** Of an actor that exists. */
  record?: ActorRecord;
};

/** Of an actor as it is stored, or of a new one. The snapshot is put in by whoever opens the draft. */
function stateOf(record: ActorRecord | undefined): DraftState {
  return {
    status: record?.status ?? 'active',
    snapshot: undefined as unknown as LiveSnapshot,
    context: record?.state.context ?? {},
    contextSizeChars: 0,
    output: record?.state.output,
    error: record?.state.error,
    children: mapOf(record?.children),
    timers: mapOf(record?.timers),
    activities: mapOf(record?.activities),
    systemIds: mapOf(record?.systemIds),
    selfSent: [],
    effects: [],
    bulky: false,
  };
}

function mapOf<T>(values: Readonly<Record<string, T>> = {}): Map<string, T> {
  return new Map(Object.entries(values));
}

/** A draft without a snapshot yet. */
export function emptyDraft(args: DraftArguments): Draft {
  const { address, parent, nowMs } = args;
  const parts = partsOf(address);
  const draft: Draft = {
    prepared: args.prepared,
    address,
    parts,
    parent,
    life: args.life === undefined ? {} : { life: args.life },
    nowMs,
    references: new Map(),
    sequence: args.sequence,
    armedAtMs: args.armedAtMs,
    control: args.control ?? controlOf(),
    unheard: [],
    scope: actorScope({
      address,
      id: parent?.childId ?? parts.id,
      parent: parent?.address,
      nowMs,
      childName: (n) => `child-${draft.sequence}-${n}`,
    }),
    state: stateOf(args.record),
  };
  return draft;
}

/** The draft of an existing actor without its machine: enough to keep its mail, and to end it. */
export function bareDraftOf(record: ActorRecord, nowMs: number): Draft {
  return frameOf(undefined as unknown as PreparedDefinition, record, nowMs);
}

/** The draft of an existing actor. @throws RuntimeError `STATE_NOT_RESTORABLE` */
export function draftOf(prepared: PreparedDefinition, record: ActorRecord, nowMs: number): Draft {
  const { draft, children } = openDraft(prepared, record, nowMs);
  const { state, scope } = draft;
  if (record.status !== 'active') return draft;
  const context = decodeContext(record.state.context, referencesOf(draft, children));
  prepared.renew();
  state.snapshot = restoreSnapshot(prepared.machine, record.state, { scope, context, children });
  return draft;
}

/** The draft of an existing actor that is not in any state yet, and its children as the machine will see them. */
export function openDraft(
  prepared: PreparedDefinition,
  record: ActorRecord,
  nowMs: number,
): { draft: Draft; children: Record<string, ActorReference> } {
  const draft = frameOf(prepared, record, nowMs);
  return { draft, children: record.status === 'active' ? referToChildren(draft) : {} };
}

function referToChildren(draft: Draft): Record<string, ActorReference> {
  const { system, self } = draft.scope;
  const children: Record<string, ActorReference> = {};
  for (const [id, child] of draft.state.children) {
    const sessionId = child.address ?? `${draft.address}/${id}`;
    const { src, systemId, birth } = child;
    const reference = standIn({ id, sessionId, system, parent: self, src, systemId });
    if (systemId !== undefined && child.finished !== true) system._set(systemId, reference);
    draft.references.set(reference, { id, birth, child });
    children[id] = reference;
  }
  return children;
}

function frameOf(prepared: PreparedDefinition, record: ActorRecord, nowMs: number): Draft {
  return emptyDraft({
    prepared,
    address: record.address,
    parent: record.parent,
    life: record.life,
    nowMs,
    sequence: record.sequence,
    armedAtMs: record.wakeAtMs,
    control: controlOf(record),
    record,
  });
}

const PARENT_ID = '#_parent';
const SELF_ID = '#_self';

/** How references inside the context are stored and found again. */
export function referencesOf(draft: Draft, children: Record<string, ActorReference | undefined>): References {
  return {
    identityOf: (reference) => {
      if (reference === draft.scope.self) return { id: SELF_ID, birth: 0 };
      if (reference === draft.scope.parent) return { id: PARENT_ID, birth: 0 };
      const systemId = systemIdOf(reference);
      if (systemId !== undefined) return { id: reference.id, birth: 0, systemId };
      const { id, birth } = draft.references.get(reference) ?? { id: reference.id, birth: 0 };
      return { id, birth };
    },
    revive: ({ id, birth, systemId }) => {
      if (systemId !== undefined) return systemReference(systemId, draft.scope.system);
      if (id === SELF_ID) return draft.scope.self;
      if (id === PARENT_ID) return draft.scope.parent;
      const child = children[id];
      if (child !== undefined && draft.references.get(child)?.birth === birth) return child;
      // a child that has gone: whoever sends to it reaches nobody, as in XState
      return standIn({ id, sessionId: `${draft.address}/${id}`, system: draft.scope.system });
    },
  };
}

export function nextSequence(draft: Draft): number {
  draft.sequence += 1;
  return draft.sequence;
}

/** A copy to go back to. */
export function saved(state: DraftState): DraftState {
  return {
    ...state,
    children: new Map(state.children),
    timers: new Map(state.timers),
    activities: new Map(state.activities),
    systemIds: new Map(state.systemIds),
    selfSent: [...state.selfSent],
    effects: [...state.effects],
  };
}
