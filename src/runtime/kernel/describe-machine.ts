/** The statechart as data, and a fingerprint of it. XState's own `definition` leaves out `always` and guard functions. */
import { createHash } from 'node:crypto';
import { JsonObject } from '#contracts/json.ts';
import { StatechartDescription, type StatechartTrigger } from '#contracts/statechart-description.ts';
import type { ActorDefinition } from '../actor-definition.ts';
import type { ChildLogic } from './child-logic.ts';
import {
  nodesOf,
  transitionsOf,
  type ActionReference,
  type GuardReference,
  type NodeInternals,
  type TransitionInternals,
} from './xstate-internals.ts';

type Described = { root: NodeInternals; hash: string; logicBySrc: ReadonlyMap<string, ChildLogic> };

/** Nodes and edges for viewers. */
export function describeMachine(definition: ActorDefinition, described: Described): StatechartDescription {
  const { root, hash, logicBySrc } = described;
  const nodes = nodesOf(root);
  return StatechartDescription.parse({
    v: 1,
    type: definition.type,
    version: definition.version,
    hash,
    nodes: nodes.map((node) => describeNode(node, logicBySrc)),
    edges: nodes.flatMap((node) => transitionsOf(node).map((transition) => describeEdge(node, transition))),
  });
}

function describeNode(node: NodeInternals, logicBySrc: Described['logicBySrc']) {
  const meta = JsonObject.safeParse(node.meta);
  const entry = node.entry.filter(isWritten).map(actionName);
  const exit = node.exit.filter(isWritten).map(actionName);
  return {
    id: node.id,
    key: node.key,
    type: node.type,
    ...(node.parent === undefined ? {} : { parent: node.parent.id }),
    ...(node.type === 'compound' ? { initial: node.initial?.target[0]?.id } : {}),
    ...(node.type === 'history' && node.history !== false ? { history: node.history } : {}),
    tags: [...node.tags],
    invokes: node.invoke.map(({ id, src }) => {
      const kind = logicBySrc.get(src)?.kind;
      return { id, src, ...(kind === 'activity' || kind === 'actor' ? { kind } : {}) };
    }),
    ...(entry.length === 0 ? {} : { entry }),
    ...(exit.length === 0 ? {} : { exit }),
    ...(node.description === undefined ? {} : { description: node.description }),
    ...(meta.success && Object.keys(meta.data).length > 0 ? { meta: meta.data } : {}),
  };
}

/** XState adds a raise and a cancel to a node with `after`: its edges say the same already. */
function isWritten(action: ActionReference): boolean {
  if (typeof action !== 'function') return true;
  const id = 'sendId' in action ? action.sendId : 'id' in action ? action.id : undefined;
  return !(typeof id === 'string' && id.startsWith('xstate.after.'));
}

function describeEdge(node: NodeInternals, transition: TransitionInternals) {
  const { delay, description } = transition;
  return {
    ...edgeOf(node, transition),
    ...triggerOf(transition),
    ...(delay === undefined ? {} : { delay }),
    ...(description === undefined ? {} : { description }),
  };
}

/** XState spells what an invoke, a final state and a delay do as event types of its own. */
const XSTATE_TRIGGERS: readonly [prefix: string, trigger: StatechartTrigger][] = [
  ['xstate.done.actor.', 'invoke-done'],
  ['xstate.error.actor.', 'invoke-error'],
  ['xstate.snapshot.', 'invoke-snapshot'],
  ['xstate.done.state.', 'state-done'],
];

function triggerOf({ eventType, delay }: TransitionInternals): {
  trigger: StatechartTrigger;
  invoke?: string;
} {
  if (delay !== undefined) return { trigger: 'after' };
  if (eventType === null || eventType === '') return { trigger: 'always' };
  const found = XSTATE_TRIGGERS.find(([prefix]) => eventType.startsWith(prefix));
  if (found === undefined) return { trigger: 'event' };
  const [prefix, trigger] = found;
  return trigger === 'state-done' ? { trigger } : { trigger, invoke: eventType.slice(prefix.length) };
}

/** Changes when the structure changes; the bodies of functions are not part of it. */
export function hashOf(root: NodeInternals): string {
  const structure = nodesOf(root).map((node) => [
    node.id,
    node.type,
    node.history,
    node.parent?.id,
    node.type === 'compound' ? node.initial?.target.map((target) => target.id) : undefined,
    node.tags,
    node.invoke.map(({ id, src }) => [id, src]),
    node.entry.map(actionName),
    node.exit.map(actionName),
    transitionsOf(node).map((transition) => edgeOf(node, transition)),
  ]);
  return createHash('sha256').update(JSON.stringify(structure)).digest('hex').slice(0, 16);
}

/** Part of the structure's hash: what is added here makes every stored actor's definition look like another one. */
function edgeOf(node: NodeInternals, transition: TransitionInternals) {
  const guard = guardName(transition.guard);
  return {
    source: node.id,
    targets: (transition.target ?? []).map((target) => target.id),
    event: eventName(transition),
    ...(guard === undefined ? {} : { guard }),
    actions: transition.actions.map(actionName),
    reenter: transition.reenter === true,
  };
}

function eventName({ eventType, delay }: TransitionInternals): string {
  if (delay !== undefined) return `after ${delay}`;
  return eventType === null || eventType === '' ? 'always' : eventType;
}

function actionName(action: ActionReference): string {
  if (typeof action === 'string') return action;
  if (typeof action !== 'function') return action.type;
  return 'resolve' in action ? action.type : action.name || '(inline)';
}

function guardName(guard: GuardReference | undefined): string | undefined {
  if (guard === undefined || typeof guard === 'string') return guard;
  if (typeof guard !== 'function') return guard.type;
  if (guard.guards === undefined) return guard.name || '(inline)';
  return `${guard.name || 'all'}(${guard.guards.map((part) => guardName(part) ?? '').join(', ')})`;
}
