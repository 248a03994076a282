/** The statechart as data, and a fingerprint of it. XState's own `definition` leaves out `always` and guard functions. */
import { createHash } from 'node:crypto';
import type { ActorDefinition } from '../actor-definition.ts';
import { StatechartDescription } from './statechart-description.ts';
import {
  nodesOf,
  transitionsOf,
  type ActionReference,
  type GuardReference,
  type NodeInternals,
  type TransitionInternals,
} from './xstate-internals.ts';

/** Nodes and edges for viewers. */
export function describeMachine(
  definition: ActorDefinition,
  { root, hash }: { root: NodeInternals; hash: string },
): StatechartDescription {
  const nodes = nodesOf(root);
  return StatechartDescription.parse({
    v: 1,
    type: definition.type,
    version: definition.version,
    hash,
    nodes: nodes.map((node) => ({
      id: node.id,
      key: node.key,
      type: node.type,
      ...(node.parent === undefined ? {} : { parent: node.parent.id }),
      ...(node.type === 'compound' ? { initial: node.initial?.target[0]?.id } : {}),
      tags: [...node.tags],
      invokes: node.invoke.map(({ id, src }) => ({ id, src })),
      ...(node.description === undefined ? {} : { description: node.description }),
    })),
    edges: nodes.flatMap((node) => transitionsOf(node).map((transition) => edgeOf(node, transition))),
  });
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
