/** Finds the actions and guards of a machine that could not be durable, and says what to write instead. */
import type {
  ActionReference,
  BuiltInAction,
  GuardReference,
  MachineInternals,
  TransitionInternals,
} from './xstate-internals.ts';

type Implementations = MachineInternals['implementations'];

/** Problems of a list of actions; `where` names the place for the reader. */
export function lintActions(
  actions: readonly ActionReference[],
  { where, implementations }: { where: string; implementations: Implementations },
): string[] {
  return actions.flatMap((action) => {
    if (typeof action !== 'function') return lintNamedAction(action, { where, implementations });
    if ('resolve' in action) return lintBuiltIn(action, { where, implementations });
    return [
      `${where}: the inline action '${action.name || '(anonymous)'}' could not be found again after a crash. ` +
        `Name it in setup({ actions }): then it runs after the commit. For IO with a result, invoke an activity.`,
    ];
  });
}

function lintNamedAction(
  action: string | { type: string },
  { where, implementations }: { where: string; implementations: Implementations },
): string[] {
  const name = typeof action === 'string' ? action : action.type;
  const implementation = implementations.actions[name];
  if (implementation === undefined) {
    return [
      `${where}: action '${name}' is not implemented (XState would ignore it). Add it to setup({ actions }).`,
    ];
  }
  return [];
}

/** Declared implementations that are not built-in actions: `enqueueActions` could reach them by name. */
export function lintDeclaredActions(implementations: Implementations): string[] {
  return Object.entries(implementations.actions).flatMap(([name, implementation]) => {
    if (typeof implementation === 'function' && 'resolve' in implementation) {
      return lintBuiltIn(implementation as BuiltInAction, { where: `action '${name}'`, implementations });
    }
    // any other function runs after the commit: see custom-actions.ts
    return typeof implementation === 'function'
      ? []
      : [`action '${name}' is neither a function nor a built-in action. Write a function.`];
  });
}

function lintBuiltIn(
  action: BuiltInAction,
  { where, implementations }: { where: string; implementations: Implementations },
): string[] {
  switch (action.type) {
    case 'xstate.spawnChild':
      return lintSpawn(action, { where, implementations });
    case 'xstate.raise':
    case 'xstate.sendTo':
      return lintDelay(action, { where, implementations });
    default:
      return [];
  }
}

function lintSpawn(
  action: BuiltInAction,
  { where, implementations }: { where: string; implementations: Implementations },
): string[] {
  const problems: string[] = [];
  if (typeof action.src !== 'string') {
    problems.push(
      `${where}: spawnChild with inline logic. Name the logic in setup({ actors }) and spawn it by that name.`,
    );
  } else if (!(action.src in implementations.actors)) {
    problems.push(
      `${where}: spawnChild of '${action.src}', which is not implemented. Add it to setup({ actors }).`,
    );
  }
  if (action.id === undefined) {
    problems.push(
      `${where}: spawnChild without an id (a second one would overwrite the first). Write { id: '…' }.`,
    );
  }
  return problems;
}

function lintDelay(
  action: BuiltInAction,
  { where, implementations }: { where: string; implementations: Implementations },
): string[] {
  const { delay } = action;
  if (typeof delay !== 'string') return [];
  const implementation = implementations.delays[delay];
  if (typeof implementation === 'number' || typeof implementation === 'function') return [];
  const fault = implementation === undefined ? 'is not implemented' : 'is neither a number nor a function';
  return [
    `${where}: delay '${delay}' ${fault} (XState would fire at once). ` +
      `Add it to setup({ delays }) as milliseconds or as a function that returns them.`,
  ];
}

/** Problems of one transition: its guard and its actions. */
export function lintTransition(
  transition: TransitionInternals,
  { where, implementations }: { where: string; implementations: Implementations },
): string[] {
  return [
    ...lintGuard(transition.guard, { where, implementations }),
    ...lintActions(transition.actions, { where, implementations }),
  ];
}

/** Combined guards among the declared ones: their parts must exist too. */
export function lintDeclaredGuards(implementations: Implementations): string[] {
  return Object.entries(implementations.guards).flatMap(([name, guard]) =>
    lintGuard(guard as GuardReference, { where: `guard '${name}'`, implementations }),
  );
}

function lintGuard(
  guard: GuardReference | undefined,
  { where, implementations }: { where: string; implementations: Implementations },
): string[] {
  if (guard === undefined) return [];
  if (typeof guard === 'function') {
    return (guard.guards ?? []).flatMap((part) => lintGuard(part, { where, implementations }));
  }
  const name = typeof guard === 'string' ? guard : guard.type;
  if (name in implementations.guards) return [];
  return [`${where}: guard '${name}' is not implemented. Add it to setup({ guards }).`];
}
