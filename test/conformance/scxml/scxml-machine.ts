/**
 * SCXML as XState machines: one for the document, one for each document that it invokes.
 *
 * Where the two differ the converter says so by failing: deep initial states, donedata, namelist and the like are not
 * part of the tests that are run.
 */
import { createMachine, not, stateIn, type AnyStateMachine } from 'xstate';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { actionsOf, required, surroundings, type Action, type Pace } from './scxml-content.ts';
import { evaluate, stored, type Datamodel, type Surroundings } from './scxml-datamodel.ts';
import { childrenOf, parseScxml, type ScxmlElement } from './scxml-document.ts';

/** The document's machine first. */
export type Converted = readonly [ActorDefinition, ...ActorDefinition[]];

/** The document as it is written. */
const AS_WRITTEN: Pace = { slowdown: 1 };

/** @param type actor type of the document; those of invoked documents begin with it */
export function convert(source: string, type: string, pace = AS_WRITTEN): Converted {
  return convertElement(parseScxml(source), { type, pace });
}

const STATES = ['state', 'parallel', 'final', 'history'];

function convertElement(root: ScxmlElement, { type, pace }: { type: string; pace: Pace }): Converted {
  const invoked: ActorDefinition[] = [];
  const invoke = (element: ScxmlElement): ActorDefinition => {
    const document = childrenOf(element, 'content')[0]?.children.find(({ name }) => name === 'scxml');
    if (document === undefined)
      throw new Error('<invoke> without an <scxml> in its <content> is not converted.');
    const [child, ...others] = convertElement(document, {
      type: `${type}Invoked${invoked.length + 1}`,
      pace,
    });
    invoked.push(child, ...others);
    return child;
  };
  const actors: Record<string, AnyStateMachine> = {};
  const config = {
    ...stateConfig(root, {
      key: type,
      pace,
      invoke: (element) => {
        const definition = invoke(element);
        actors[definition.type] = definition.machine;
        return definition.type;
      },
    }),
    id: type,
    context: contextOf(root),
  };
  return [{ type, version: 1, machine: createMachine(config as never, { actors } as never) }, ...invoked];
}

type Conversion = {
  key: string;
  pace: Pace;
  /** Converts an invoked document; gives its src. */
  invoke: (element: ScxmlElement) => string;
};

type StateConfig = Record<string, unknown>;

function stateConfig(element: ScxmlElement, conversion: Conversion): StateConfig {
  const { key, invoke, pace } = conversion;
  if (element.name === 'history') return historyConfig(element, key);
  if (childrenOf(element, 'donedata').length > 0) throw new Error('<donedata> is not converted.');
  const children = childrenOf(element, ...STATES);
  const keyed = children.map((child, index) => ({
    child,
    key: child.attributes['id'] === undefined ? `${key}_${index}` : keyOf(child.attributes['id']),
  }));
  const states = Object.fromEntries(
    keyed.map((entry) => [entry.key, stateConfig(entry.child, { ...conversion, key: entry.key })]),
  );
  return {
    id: key,
    ...typeOf(element),
    ...(children.length === 0 ? {} : { states }),
    ...(children.length === 0 || element.name === 'parallel'
      ? {}
      : { initial: initialOf(element, { states, first: keyed[0]?.key ?? '', pace }) }),
    entry: childrenOf(element, 'onentry').flatMap((block) => actionsOf(block, pace)),
    exit: childrenOf(element, 'onexit').flatMap((block) => actionsOf(block, pace)),
    ...transitionsOf(element, pace),
    invoke: childrenOf(element, 'invoke').map((invocation, index) => ({
      id: invocation.attributes['id'] ?? `${key}_invoked${index}`,
      src: invoke(invocation),
    })),
  };
}

/** Dots would be paths in XState. */
function keyOf(id: string): string {
  return id.replaceAll('.', '$');
}

function typeOf({ name }: ScxmlElement): StateConfig {
  return name === 'parallel' || name === 'final' ? { type: name } : {};
}

function historyConfig(element: ScxmlElement, key: string): StateConfig {
  const [transition] = childrenOf(element, 'transition');
  return {
    id: key,
    type: 'history',
    history: element.attributes['type'] ?? 'shallow',
    ...(transition === undefined ? {} : { target: targetsOf(transition) }),
  };
}

function initialOf(
  element: ScxmlElement,
  { states, first, pace }: { states: StateConfig; first: string; pace: Pace },
): unknown {
  const [transition] = childrenOf(element, 'initial').flatMap((initial) => childrenOf(initial, 'transition'));
  const target = keyOf(element.attributes['initial'] ?? transition?.attributes['target'] ?? first);
  if (!(target in states)) throw new Error(`A deep initial state ('${target}') is not converted.`);
  return transition === undefined ? target : { target, actions: actionsOf(transition, pace) };
}

function targetsOf(transition: ScxmlElement): string[] | undefined {
  return transition.attributes['target']
    ?.trim()
    .split(/\s+/)
    .map((id) => `#${keyOf(id)}`);
}

type TransitionConfig = { target?: string[]; reenter?: boolean; guard?: unknown; actions: Action[] };

function transitionsOf(element: ScxmlElement, pace: Pace): StateConfig {
  const on: Record<string, TransitionConfig[]> = {};
  const always: TransitionConfig[] = [];
  for (const transition of childrenOf(element, 'transition')) {
    const target = targetsOf(transition);
    const { cond, event, type } = transition.attributes;
    const config: TransitionConfig = {
      ...(target === undefined ? {} : { target, reenter: type !== 'internal' }),
      ...(cond === undefined ? {} : { guard: guardOf(cond) }),
      actions: actionsOf(transition, pace),
    };
    if (event === undefined) always.push(config);
    else
      for (const descriptor of event.trim().split(/\s+/)) (on[descriptorOf(descriptor)] ??= []).push(config);
  }
  return { on, always };
}

/** In SCXML `foo` also means `foo.bar`. */
function descriptorOf(event: string): string {
  if (event === '*') return event;
  const name = event
    .replace(/\.\*$/, '')
    .replace(/^done\.state\.(?<id>.+)$/, (_match, id: string) => `xstate.done.state.${keyOf(id)}`)
    .replace(/^done\.invoke(?<rest>\.|$)/, 'xstate.done.actor$<rest>');
  return `${name}.*`;
}

function guardOf(condition: string): unknown {
  const within = /^(?<not>!?)In\('(?<id>[^']+)'\)$/.exec(condition.trim())?.groups;
  if (within !== undefined) {
    const guard = stateIn(`#${keyOf(within['id'] ?? '')}`);
    return within['not'] === '!' ? not(guard as never) : guard;
  }
  return ({ context, event }: { context: Datamodel; event: NonNullable<Surroundings['event']> }) =>
    Boolean(evaluate(condition, context, { event }));
}

/** The variables, in order: a later one may use an earlier one. */
function contextOf(root: ScxmlElement): (args: { self: never }) => Datamodel {
  const declared = childrenOf(root, 'datamodel').flatMap((model) => childrenOf(model, 'data'));
  return ({ self }) => {
    const model: Datamodel = {};
    for (const { attributes, ...element } of declared) {
      const { expr } = attributes;
      model[required({ attributes, ...element }, 'id')] =
        expr === undefined ? undefined : stored(evaluate(expr, model, surroundings({ self })));
    }
    return model;
  };
}
