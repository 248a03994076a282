/** The activities that a machine and its child machines name. */
import type { AnyStateMachine, StateMachine } from 'xstate';
import type { z } from 'zod';
import type { DeclaredActivity } from './activity.ts';

type LogicIn<M> =
  M extends StateMachine<
    infer _Context,
    infer _Event,
    infer _Children,
    infer Actor,
    infer _Action,
    infer _Guard,
    infer _Delay,
    infer _Value,
    infer _Tag,
    infer _Input,
    infer _Output,
    infer _Emitted,
    infer _Meta,
    infer _Schema,
    infer _TransitionMeta
  >
    ? Actor['logic']
    : never;

type Named<Logic> = Logic extends { windlass: { kind: 'activity'; name: infer Name extends string } }
  ? string extends Name
    ? never
    : Logic
  : never;

/** Of a machine, its children and their children: deeper ones are checked when the worker starts. */
export type ActivitiesIn<M> =
  | Named<LogicIn<M>>
  | Named<LogicIn<LogicIn<M>>>
  | Named<LogicIn<LogicIn<LogicIn<M>>>>;

export type NameOf<A> = A extends { windlass: { name: infer Name extends string } } ? Name : never;

export type ActivityInputOf<A> = A extends { windlass: { input: infer Schema extends z.ZodType } }
  ? z.output<Schema>
  : never;

/** What code may return: defaults are filled in afterwards. */
export type ActivityResultOf<A> = A extends { windlass: { output: infer Schema extends z.ZodType } }
  ? z.input<Schema>
  : never;

/** By name. */
export function declaredActivities(machine: AnyStateMachine): ReadonlyMap<string, DeclaredActivity> {
  const found = new Map<string, DeclaredActivity>();
  const seen = new Set<unknown>();
  const open: AnyStateMachine[] = [machine];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const logic of Object.values(next.implementations.actors)) {
      if (isActivity(logic)) found.set(logic.windlass.name, logic);
      else if (isMachine(logic)) open.push(logic);
    }
  }
  return found;
}

function isActivity(logic: unknown): logic is DeclaredActivity {
  const declaration = (logic as Partial<DeclaredActivity> | undefined)?.windlass;
  return declaration?.kind === 'activity' && 'input' in declaration;
}

function isMachine(logic: unknown): logic is AnyStateMachine {
  return (logic as { __xstatenode?: boolean } | undefined)?.__xstatenode === true;
}
