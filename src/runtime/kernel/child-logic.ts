/** What the logic behind a `src` becomes when it is durable: an activity, an actor of its own, or a refusal. */
import type { ParentClosePolicy } from '#contracts/actor-record.ts';
import { ActorType } from '#contracts/address.ts';
import { ActivityOptions } from '#contracts/retry-policy.ts';
import type { InlineActivity } from './kernel.ts';

export type ChildLogic =
  | {
      kind: 'activity';
      name: string;
      options: ActivityOptions;
      queue?: (input: never) => string;
      /** XState's own promise logic: the machine brings the code. */
      inline?: InlineActivity;
    }
  | ActorLogic;

/** An actor of its own, and what becomes of it when its parent ends or leaves it. */
type ActorLogic = {
  kind: 'actor';
  type: string | ((input: never) => string);
  service?: string;
  onParentClose?: ParentClosePolicy;
};

export type Classified = { logic: ChildLogic } | { problem: string };

/** The declarations of machines/support, as far as the kernel reads them. */
type Declaration =
  | { kind: 'activity'; name: string; options: ActivityOptions; queue?: (input: never) => string }
  | ActorLogic;

type LogicOutline = {
  __xstatenode?: boolean;
  id?: string;
  windlass?: Declaration;
  windlassParentClose?: { logic: unknown; policy: ParentClosePolicy };
  config?: unknown;
  start?: unknown;
  getInitialSnapshot?: (scope: unknown, input: unknown) => object;
  transition?: (snapshot: object, event: object, scope: object) => { status?: string };
};

/** Classifies the logic of one `src` of an actor type. */
export function classify(logic: unknown, args: { type: string; src: string }): Classified {
  const { outline, onParentClose } = unwrapped(logic);
  const declaration = outline?.windlass;
  if (declaration !== undefined) return { logic: fromDeclaration(declaration) };
  switch (kindOf(outline)) {
    case 'machine':
      return withPolicy(fromMachine(outline?.id ?? '', args.src), onParentClose);
    case 'promise':
      return { logic: fromPromiseLogic(outline?.config as InlineActivity, args) };
    case 'transition':
      return withPolicy(fromTransitionLogic(args), onParentClose);
    case 'callback':
      return {
        problem:
          `'${args.src}' is fromCallback logic, which cannot survive a restart. ` +
          `Write an activity (fromPromise or activity()) that does one piece of IO, or let a service send events.`,
      };
    case 'observable':
      return {
        problem:
          `'${args.src}' is observable logic, which cannot survive a restart. ` +
          `Let a service send one event per value to the actor's address, or poll with an activity.`,
      };
    default:
      return {
        problem: `'${args.src}' is logic of an unknown kind. Use a machine, fromTransition, fromPromise, activity() or durableActor().`,
      };
  }
}

/** The logic itself, from inside the wrapper of machines/support. */
export function unwrapped(logic: unknown): {
  outline: LogicOutline | null | undefined;
  onParentClose: ParentClosePolicy | undefined;
} {
  const outline = logic as LogicOutline | null | undefined;
  const wrapped = outline?.windlassParentClose;
  if (wrapped === undefined) return { outline, onParentClose: undefined };
  return { outline: wrapped.logic as LogicOutline, onParentClose: wrapped.policy };
}

function withPolicy(classified: Classified, onParentClose: ParentClosePolicy | undefined): Classified {
  if ('problem' in classified || onParentClose === undefined || classified.logic.kind !== 'actor')
    return classified;
  return { logic: { ...classified.logic, onParentClose } };
}

function fromDeclaration(declaration: Declaration): ChildLogic {
  if (declaration.kind === 'activity') {
    const { name, options, queue } = declaration;
    return { kind: 'activity', name, options, ...(queue ? { queue } : {}) };
  }
  const { type, service, onParentClose } = declaration;
  return {
    kind: 'actor',
    type,
    ...(service === undefined ? {} : { service }),
    ...(onParentClose === undefined ? {} : { onParentClose }),
  };
}

function fromMachine(id: string, src: string): Classified {
  if (ActorType.safeParse(id).success) return { logic: { kind: 'actor', type: id } };
  return {
    problem:
      `'${src}' is a machine whose id '${id}' cannot be an actor type. ` +
      `Give it an id of letters and digits and register it under that type, or declare durableActor({ type }).`,
  };
}

/** The actor type of `fromTransition` logic: the parent's, then the src. */
export function transitionType(type: string, src: string): string {
  const words = src.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return `${type}${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}

function fromTransitionLogic({ type, src }: { type: string; src: string }): Classified {
  const own = transitionType(type, src);
  if (ActorType.safeParse(own).success) return { logic: { kind: 'actor', type: own } };
  return {
    problem: `'${src}' is fromTransition logic whose actor type '${own}' would be too long. Give it a shorter src.`,
  };
}

function fromPromiseLogic(code: InlineActivity, { type, src }: { type: string; src: string }): ChildLogic {
  return { kind: 'activity', name: `${type}.${src}`, options: ActivityOptions.parse({}), inline: code };
}

type Kind = 'machine' | 'promise' | 'callback' | 'observable' | 'transition' | 'unknown';

/** XState's logic carries no tag: it is told apart by how it behaves. */
export function kindOf(subject: unknown): Kind {
  const logic = unwrapped(subject).outline;
  if (logic?.windlass !== undefined) return 'unknown';
  if (logic?.__xstatenode === true) return 'machine';
  if (typeof logic?.getInitialSnapshot !== 'function' || typeof logic.transition !== 'function')
    return 'unknown';
  if (typeof logic.start !== 'function') return typeof logic.config === 'function' ? 'transition' : 'unknown';
  try {
    const initial = logic.getInitialSnapshot(undefined, undefined);
    if ('_subscription' in initial) return 'observable';
    const resolved = logic.transition(initial, { type: 'xstate.promise.resolve', data: 0 }, { self: {} });
    return resolved.status === 'done' && typeof logic.config === 'function' ? 'promise' : 'unknown';
  } catch {
    // callback logic looks for its own receivers in a scope that is not there
    return 'callback';
  }
}
