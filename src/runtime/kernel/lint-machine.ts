/** The registration lint: what cannot be durable is refused before the first actor starts, with its remedy. */
import type { ActorDefinition } from '../actor-definition.ts';
import { classify, type ChildLogic } from './child-logic.ts';
import { encodeContext, NotJsonError } from './checked-codec.ts';
import { CANCEL_EVENT } from './end-actor.ts';
import { lintActions, lintDeclaredActions, lintDeclaredGuards, lintTransition } from './lint-actions.ts';
import { inlineSrc } from './prepare-machine.ts';
import {
  invokesOf,
  nodesOf,
  transitionsOf,
  type MachineInternals,
  type NodeInternals,
} from './xstate-internals.ts';

export type LintResult = {
  problems: string[];
  warnings: string[];
  /** The durable form of every src that is used. */
  logicBySrc: Map<string, ChildLogic>;
};

/**
 * @param machine the original machine, before inline logic was named
 * @param logicBySrc every logic of the machine, inline ones under their given names
 */
export function lintMachine(
  definition: ActorDefinition,
  { machine, logicBySrc }: { machine: MachineInternals; logicBySrc: ReadonlyMap<string, unknown> },
): LintResult {
  const children = lintLogic(definition.type, logicBySrc);
  const nodes = nodesOf(machine.root);
  return {
    problems: [
      ...lintIdentity(definition, machine),
      ...children.problems,
      ...lintDeclaredActions(machine.implementations),
      ...lintDeclaredGuards(machine.implementations),
      ...nodes.flatMap((node) => lintNode(node, machine)),
      ...nodes.flatMap((node) => lintSnapshots(node, children.logicBySrc)),
      ...lintContext(machine),
    ],
    warnings: nodes.flatMap(warningsOf),
    logicBySrc: children.logicBySrc,
  };
}

function lintIdentity(definition: ActorDefinition, machine: MachineInternals): string[] {
  const problems: string[] = [];
  if (!/^[a-zA-Z][a-zA-Z0-9]{0,63}$/.test(definition.type)) {
    problems.push(`type '${definition.type}' cannot be part of an address. Use 1 to 64 letters and digits.`);
  }
  if (!Number.isInteger(definition.version) || definition.version < 1) {
    problems.push(`version ${definition.version} is not a positive whole number. Start with 1.`);
  }
  if (machine.config.id === undefined) {
    problems.push(
      `the machine has no id; stored history and timers name it. Write createMachine({ id: '…' }).`,
    );
  }
  return problems;
}

function lintLogic(type: string, logicBySrc: ReadonlyMap<string, unknown>) {
  const durable = new Map<string, ChildLogic>();
  const problems: string[] = [];
  for (const [src, logic] of logicBySrc) {
    const classified = classify(logic, { type, src });
    if ('problem' in classified) problems.push(`actor ${classified.problem}`);
    else durable.set(src, classified.logic);
  }
  return { logicBySrc: durable, problems };
}

function lintNode(node: NodeInternals, machine: MachineInternals): string[] {
  const { implementations } = machine;
  return [
    ...lintActions(node.entry, { where: `#${node.id} entry`, implementations }),
    ...lintActions(node.exit, { where: `#${node.id} exit`, implementations }),
    ...lintActions(node.initial?.actions ?? [], { where: `#${node.id} initial`, implementations }),
    ...transitionsOf(node).flatMap((transition) =>
      lintTransition(transition, {
        where: `#${node.id} on ${transition.eventType || 'always'}`,
        implementations,
      }),
    ),
    ...lintInvokes(node, machine),
    ...lintHistory(node),
    ...lintOwnEvents(node),
  ];
}

function lintInvokes(node: NodeInternals, machine: MachineInternals): string[] {
  return invokesOf(node.config).flatMap((invoke) => {
    const problems: string[] = [];
    if (typeof invoke.src === 'string' && !(invoke.src in machine.implementations.actors)) {
      problems.push(
        `#${node.id}: invoke of '${invoke.src}', which is not implemented. Add it to setup({ actors }).`,
      );
    }
    return problems;
  });
}

/** The runtime's own events that reach machines. */
const OWN_EVENTS: ReadonlySet<string> = new Set([CANCEL_EVENT, 'windlass.migrated', 'windlass.*']);

/** The runtime's own events: a machine can take some, and would wait for any other in vain. */
function lintOwnEvents(node: NodeInternals): string[] {
  return [...node.transitions.keys()]
    .filter((type) => type.startsWith('windlass.') && !OWN_EVENTS.has(type))
    .map(
      (type) =>
        `#${node.id} on ${type}: events that begin with 'windlass.' are the runtime's own, and it sends only ` +
        `'${CANCEL_EVENT}' and 'windlass.migrated' to machines. Use another type.`,
    );
}

/** An activity has no snapshots; a child that is an actor has one with each commit. */
function lintSnapshots(node: NodeInternals, logicBySrc: ReadonlyMap<string, ChildLogic>): string[] {
  return invokesOf(node.config).flatMap((invoke, index) => {
    const id = node.invoke[index]?.id ?? 'invoke';
    const src = typeof invoke.src === 'string' ? invoke.src : inlineSrc(id);
    if (invoke.onSnapshot === undefined || logicBySrc.get(src)?.kind !== 'activity') return [];
    return [
      `#${node.id}: onSnapshot of the activity '${id}', which has no snapshots. ` +
        `Show its progress by heartbeats, or make it an actor of its own.`,
    ];
  });
}

/**
 * XState forgets the parallel state when a transition from inside it goes to its history, nothing is remembered yet, and
 * the history names no default target. From outside, or with a target, it does what it should.
 */
function lintHistory(node: NodeInternals): string[] {
  const { parent } = node;
  if (node.type !== 'history' || parent?.type !== 'parallel' || node.config.target !== undefined) return [];
  const inside = nodesOf(parent).filter((other) => other !== parent);
  const isTargeted = inside
    .flatMap((source) => transitionsOf(source))
    .some(({ target }) => target?.some(({ id }) => id === node.id) === true);
  if (!isTargeted) return [];
  return [
    `#${node.id}: history of the parallel state #${parent.id}, entered from inside it, leads XState into an illegal ` +
      `configuration. Give it a default target: { type: 'history', target: [...] } with a state of each region.`,
  ];
}

/** A static context exists before any child does. */
const NO_REFERENCES = {
  identityOf: () => {
    throw new NotJsonError(
      'context holds an actor reference before any actor exists. Spawn in a context function.',
    );
  },
  revive: () => undefined,
};

function lintContext(machine: MachineInternals): string[] {
  const { context } = machine.config;
  if (context === undefined || typeof context === 'function') return [];
  try {
    encodeContext(context as Record<string, unknown>, NO_REFERENCES);
    return [];
  } catch (error) {
    if (error instanceof NotJsonError) return [error.message];
    throw error;
  }
}

function warningsOf(node: NodeInternals): string[] {
  const warnings: string[] = [];
  if (node.transitions.has('*') && (node.invoke.length > 0 || nodeHasAfter(node))) {
    warnings.push(
      `#${node.id}: '*' also takes completions and timers that no other transition of the state takes.`,
    );
  }
  invokesOf(node.config).forEach((invoke, index) => {
    const id = node.invoke[index]?.id ?? '';
    if (invoke.id === undefined) {
      warnings.push(
        `#${node.id}: invoke without an id; its id '${id}' shifts when invokes are reordered. Write id: '…'.`,
      );
    }
    if (invoke.onError === undefined && !nodesAbove(node).some((above) => takesErrorOf(above, id))) {
      warnings.push(
        `#${node.id}: invoke '${id}' has no onError; its failure ends the actor with status error.`,
      );
    }
  });
  if (node.parent !== undefined && node.key.includes('.')) {
    warnings.push(`#${node.id}: a state name with a dot cannot be told from a path. Rename it.`);
  }
  return warnings;
}

function nodeHasAfter(node: NodeInternals): boolean {
  return transitionsOf(node).some((transition) => transition.delay !== undefined);
}

function nodesAbove(node: NodeInternals): NodeInternals[] {
  return node.parent === undefined ? [node] : [node, ...nodesAbove(node.parent)];
}

function takesErrorOf(node: NodeInternals, id: string): boolean {
  return node.transitions.has(`xstate.error.actor.${id}`) || node.transitions.has('*');
}
