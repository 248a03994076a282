/** Turns the actions that XState collected in one transition into effects, timers and children of the draft. */
import { Address } from '#contracts/address.ts';
import type { TimerRecord } from '#contracts/actor-record.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import { scheduleAction } from './custom-actions.ts';
import { startChild, stopChild, type ChildChanges } from './children.ts';
import { systemIdOf } from './actor-reference.ts';
import { nextSequence, type Draft } from './draft.ts';
import { loggable, outgoingEvent } from './outgoing.ts';
import { sendToSystemId } from './system-ids.ts';
import { noteUnheard } from './unhandled.ts';
import { isActorReference, type ActorReference, type CollectedAction } from './xstate-internals.ts';

type RaiseParams = { event: unknown; id?: string; delay?: unknown };
type SendParams = RaiseParams & { to: unknown; targetId?: string };
type Collected = { draft: Draft; changes: ChildChanges };

/** @throws Error for what cannot be done; the transition is then undone as a whole */
export function collectEffects(draft: Draft, changes: ChildChanges): void {
  const actions = draft.scope.collected;
  const announced = new Set(actions.filter(isSpawn).map(spawned));
  // spawn() inside an assign leaves no action behind: such children are started first
  for (const reference of changes.after.keys()) {
    if (!announced.has(reference)) startChild(draft, changes, reference);
  }
  for (const action of actions) collect(action, { draft, changes });
  for (const reference of changes.before.keys()) stopChild(draft, changes, reference);
}

function isSpawn(action: CollectedAction): boolean {
  return action.type === 'xstate.spawnChild';
}

function spawned(action: CollectedAction): ActorReference | undefined {
  return (action.params as { actorRef?: ActorReference }).actorRef;
}

function collect(action: CollectedAction, { draft, changes }: Collected): void {
  const { effects, timers } = draft.state;
  switch (action.type) {
    case 'xstate.raise': {
      const { event, id, delay } = action.params as RaiseParams;
      // without a delay XState has taken it already
      if (delay !== undefined)
        setTimer(draft, { id, delay, event: outgoingEvent(draft, event), target: 'self' });
      return;
    }
    case 'xstate.sendTo':
      return send(action.params as SendParams, { draft, changes });
    case 'xstate.cancel':
      timers.delete((action.params as { sendId: string }).sendId);
      return;
    case 'xstate.spawnChild': {
      const reference = spawned(action);
      if (reference !== undefined) startChild(draft, changes, reference);
      return;
    }
    case 'xstate.stopChild':
      if (action.params !== undefined) stopChild(draft, changes, action.params as ActorReference);
      return;
    case 'xstate.emit':
      effects.push({
        kind: 'emit',
        event: outgoingEvent(draft, (action.params as { event: unknown }).event),
      });
      return;
    case 'xstate.log': {
      const { value, label } = action.params as { value: unknown; label?: string };
      effects.push({ kind: 'log', value: loggable(value), ...(label === undefined ? {} : { label }) });
      return;
    }
    default:
      return scheduleAction(draft, action);
  }
}

function send(params: SendParams, { draft, changes }: Collected): void {
  const { to, delay, id } = params;
  if (isReference(to)) startChild(draft, changes, to);
  const target = resolveTarget(to, { draft, changes });
  const event = outgoingEvent(draft, params.event);
  if (target === 'nobody') return noteUnheard(draft, event.type);
  if (delay !== undefined) setTimer(draft, { id, delay, event, target });
  else if (typeof target === 'object') sendToSystemId(draft, target.systemId, event);
  else if (target === 'self') draft.state.selfSent.push(event);
  else draft.state.effects.push({ kind: 'send', to: target, event });
}

/** An actor by its address or by its system id. */
type Target = Address | 'self' | { systemId: string };

/** Where an event goes; `nobody` for a child that has gone, as in XState. */
function resolveTarget(to: unknown, { draft, changes }: Collected): Target | 'nobody' {
  const { scope } = draft;
  const systemId = systemIdOf(to);
  if (systemId !== undefined) return { systemId };
  if (to === scope.self) return 'self';
  if (to !== undefined && to === scope.parent && draft.parent !== undefined) return draft.parent.address;
  const live = isReference(to) ? (draft.references.get(to) ?? changes.before.get(to)) : undefined;
  if (live?.child.kind === 'activity') {
    throw new Error(
      `sendTo('${live.id}'): '${live.id}' is an activity and takes no events. ` +
        `Leave its state to cancel it, or make it an actor with durableActor({ type }).`,
    );
  }
  if (live?.child.address !== undefined) return live.child.finished === true ? 'nobody' : live.child.address;
  if (isReference(to)) return 'nobody';
  const remote = (to as { windlassAddress?: unknown } | null | undefined)?.windlassAddress;
  const address = Address.safeParse(remote);
  if (address.success) return address.data;
  throw new Error(
    `sendTo: the target ${describeTarget(to)} is neither a child, the parent nor an address. ` +
      `Use sendTo(() => remoteActor(address), event) for an actor that is not a child.`,
  );
}

function describeTarget(to: unknown): string {
  try {
    return JSON.stringify(to) ?? String(to);
  } catch {
    return String(to);
  }
}

function isReference(value: unknown): value is ActorReference {
  return typeof value === 'object' && value !== null && isActorReference(value);
}

type TimerRequest = { id: string | undefined; delay: unknown; event: ActorEvent; target: Target };

/** Sets a timer; one with the same id is replaced (XState itself would fire both). */
function setTimer(draft: Draft, { id, delay, event, target }: TimerRequest): void {
  if (typeof delay !== 'number' || !Number.isFinite(delay)) {
    throw new Error(
      `The delay of '${event.type}' is ${String(delay)}. A delay must be a finite number of milliseconds.`,
    );
  }
  const generation = nextSequence(draft);
  const timer: TimerRecord = {
    generation,
    dueAtMs: draft.nowMs + Math.max(0, Math.ceil(delay)),
    event,
    ...(target === 'self'
      ? {}
      : typeof target === 'object'
        ? { toSystemId: target.systemId }
        : { to: target }),
  };
  draft.state.timers.set(id ?? `auto.${generation}`, timer);
}
