/**
 * Definitions that machines bring along: child machines and `fromTransition` logic are actors of their own, and need
 * an actor type even when nobody registered one for them.
 *
 * I1 What is registered under a type by hand is used; nothing is implied beside it.
 * I2 Implied definitions have the version of the machine that brings them: it decides when they change.
 */
import type { ActorDefinition } from '../actor-definition.ts';
import { kindOf, transitionType, unwrapped } from './child-logic.ts';
import { prepareMachine } from './prepare-machine.ts';
import { transitionMachine, type TransitionContext, type TransitionLogic } from './transition-machine.ts';
import type { AnyStateMachine } from 'xstate';

/** The definitions and, after them, all that they imply, however deep. */
export function withImplied(definitions: readonly ActorDefinition[]): readonly ActorDefinition[] {
  const byHand = new Set(definitions.map(({ type }) => type));
  const implied = new Map<string, ActorDefinition>();
  const open = [...definitions];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    for (const definition of impliedBy(next)) {
      const key = `${definition.type}@${definition.version}`;
      const known = implied.get(key);
      // the same logic used twice is one definition; two of one name are left for the registry to refuse
      if (byHand.has(definition.type) || known?.machine === definition.machine) continue;
      implied.set(known === undefined ? key : `${key}#${implied.size}`, definition);
      open.push(definition);
    }
  }
  return [...definitions, ...implied.values()];
}

function impliedBy({ type, version, machine }: ActorDefinition): ActorDefinition[] {
  return [...prepareMachine(machine).logicBySrc].flatMap(([src, declared]): ActorDefinition[] => {
    const logic: unknown = unwrapped(declared).outline;
    switch (kindOf(logic)) {
      case 'machine':
        return [{ type: (logic as AnyStateMachine).id, version, machine: logic as AnyStateMachine }];
      case 'transition':
        return [transitionDefinition({ type: transitionType(type, src), version, logic })];
      default:
        return [];
    }
  });
}

const machines = new WeakMap<object, AnyStateMachine>();

function transitionDefinition(args: { type: string; version: number; logic: unknown }): ActorDefinition {
  const { type, version } = args;
  const logic = args.logic as TransitionLogic;
  const known = machines.get(logic);
  const machine = known?.id === type ? known : transitionMachine(logic, type);
  machines.set(logic, machine);
  return { type, version, machine, view: ({ context }) => (context as TransitionContext).state };
}
