/** Executable content of SCXML as actions of XState. Every one of them is data to the kernel: nothing acts by itself. */
import { assign, cancel, enqueueActions, log, type ActionFunction, type AnyActorRef } from 'xstate';
import { Address } from '#contracts/address.ts';
import { remoteActor } from '#machines/support/remote-actor.ts';
import {
  SCXML_PROCESSOR,
  evaluate,
  execute,
  stored,
  type Datamodel,
  type Surroundings,
} from './scxml-datamodel.ts';
import { childrenOf, type ScxmlElement } from './scxml-document.ts';

type Event = NonNullable<Surroundings['event']>;
type Arguments = { context: Datamodel; event: Event; self: AnyActorRef };
/** An action of any machine; the types of dynamic machines are unknown. */
export type Action = ActionFunction<never, never, never, never, never, never, never, never, never>;

/** @param slowdown every delay is as many times as long: for machines that are busy with other things */
export type Pace = { slowdown: number };

/** The actions of a block, in order. */
export function actionsOf(block: ScxmlElement, pace: Pace): Action[] {
  return block.children.map((element) => actionOf(element, pace));
}

function actionOf(element: ScxmlElement, pace: Pace): Action {
  const { attributes } = element;
  switch (element.name) {
    case 'raise': {
      const event = { type: required(element, 'event') };
      return enqueueActions(({ enqueue }) => enqueue.raise(event as never)) as never;
    }
    case 'assign': {
      const location = required(element, 'location');
      const expression = required(element, 'expr');
      return assign(({ context, ...around }: Arguments) => ({
        [location]: stored(evaluate(expression, context, surroundings(around))),
      })) as never;
    }
    case 'script':
      return assign(({ context, ...around }: Arguments) =>
        execute(element.text, context, surroundings(around)),
      ) as never;
    case 'log': {
      const { expr = "''", label = '' } = attributes;
      return log(
        ({ context, ...around }: Arguments) => evaluate(expr, context, surroundings(around)),
        label,
      ) as never;
    }
    case 'if':
      return conditional(element, pace);
    case 'cancel':
      return cancel(required(element, 'sendid')) as never;
    case 'send':
      return send(element, pace);
    default:
      throw new Error(`<${element.name}> is not converted.`);
  }
}

export function surroundings({ event, self }: { event?: Event; self?: AnyActorRef }): Surroundings {
  return { event, sessionId: self?.sessionId };
}

/** `<if>` with its branches; each is chosen when it is reached, with the variables of that moment. */
function conditional(element: ScxmlElement, pace: Pace): Action {
  const branches: { condition: string; actions: Action[] }[] = [
    { condition: required(element, 'cond'), actions: [] },
  ];
  for (const child of element.children) {
    if (child.name === 'elseif') branches.push({ condition: required(child, 'cond'), actions: [] });
    else if (child.name === 'else') branches.push({ condition: 'true', actions: [] });
    else branches.at(-1)?.actions.push(actionOf(child, pace));
  }
  return enqueueActions(({ context, event, self, enqueue }) => {
    const around = surroundings({ event, self });
    const chosen = branches.find(({ condition }) =>
      Boolean(evaluate(condition, context as Datamodel, around)),
    );
    for (const action of chosen?.actions ?? []) enqueue(action as never);
  }) as never;
}

type Sending = { event: Event; delay: number | undefined; id: string | undefined; target: string };

function send(element: ScxmlElement, { slowdown }: Pace): Action {
  return enqueueActions(({ context, event, self, enqueue }) => {
    const evaluated = (expression: string) =>
      evaluate(expression, context as Datamodel, surroundings({ event, self }));
    const { event: sent, delay, id, target } = sendingOf(element, { evaluated, sessionId: self.sessionId });
    const options = {
      ...(delay === undefined ? {} : { delay: delay * slowdown }),
      ...(id === undefined ? {} : { id }),
    };
    if (target === '#_internal') enqueue.raise(sent as never, options);
    else enqueue.sendTo(receiverOf(target, self), sent as never, options);
  }) as never;
}

function sendingOf(
  element: ScxmlElement,
  { evaluated, sessionId }: { evaluated: (expression: string) => unknown; sessionId: string },
): Sending {
  /** `x`, or the value of `xexpr`. */
  const value = (name: string): string | undefined => {
    const expression = element.attributes[`${name}expr`];
    return expression === undefined ? element.attributes[name] : String(evaluated(expression));
  };
  const id = element.attributes['id'];
  const parameters = childrenOf(element, 'param');
  const delayMs = millisecondsOf(value('delay') ?? '0s');
  const target = value('target') ?? '';
  return {
    event: {
      type: value('event') ?? '',
      ...(parameters.length === 0
        ? {}
        : {
            data: Object.fromEntries(
              parameters.map((parameter) => [
                required(parameter, 'name'),
                evaluated(required(parameter, 'expr')),
              ]),
            ),
          }),
      // only external events have an origin
      ...(target === '#_internal' ? {} : { origin: `#_scxml_${sessionId}`, origintype: SCXML_PROCESSOR }),
      ...(id === undefined ? {} : { sendid: id }),
    },
    delay: delayMs === 0 ? undefined : delayMs,
    id,
    target,
  };
}

/** `1.5s`, `10ms`. */
function millisecondsOf(text: string): number {
  const match = /^(?<amount>[\d.]+)(?<unit>ms|s)$/.exec(text)?.groups;
  if (match === undefined) throw new Error(`'${text}' is not a delay.`);
  return Number(match['amount']) * (match['unit'] === 's' ? 1_000 : 1);
}

/** Whom a target means: nobody named is the machine itself, `#_scxml_<session>` any machine, `#_<id>` a child. */
function receiverOf(target: string, self: AnyActorRef): AnyActorRef | string {
  if (target === '') return self;
  if (target === '#_parent') {
    const parent = self._parent;
    if (parent === undefined) throw new Error('A machine without a parent sends to #_parent.');
    return parent;
  }
  const session = /^#_scxml_(?<session>.+)$/.exec(target)?.groups?.['session'];
  if (session === undefined) return target.slice('#_'.length);
  return session === self.sessionId ? self : remoteActor(Address.parse(session));
}

export function required(element: ScxmlElement, attribute: string): string {
  const value = element.attributes[attribute];
  if (value === undefined) throw new Error(`<${element.name}> without ${attribute} is not converted.`);
  return value;
}
