/** A random statechart as a machine of XState. */
import {
  and,
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  not,
  or,
  stateIn,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyStateMachine,
} from 'xstate';
import { kid, pingChildren, spawnKid, stopSpawned, sum } from './chart-children.ts';
import type { ActionSpec, ChartSpec, GuardSpec, NodeSpec, TransitionSpec } from './chart-spec.ts';

export type ChartContext = { n: number; fuel: number; log: string[] };

const FUEL = 25;
const LOG_LENGTH = 40;
/** A net only: what fuel does not stop ends both sides with an error. */
const ITERATIONS_MAX = 300;
export const TYPE = 'chart';

export function machineOf(spec: ChartSpec, work: AnyActorLogic): AnyStateMachine {
  const numbered = new Map<NodeSpec, number>();
  number(spec.root, numbered);
  const build = new Build(spec, numbered);
  return createMachine(
    {
      ...build.node(spec.root),
      id: TYPE,
      options: { maxIterations: ITERATIONS_MAX },
      context: { n: 0, fuel: FUEL, log: [] },
      output: ({ context }: { context: ChartContext }) => ({ n: context.n, log: context.log }),
    } as never,
    { actors: { kid, work, sum } } as never,
  );
}

function number(node: NodeSpec, numbered: Map<NodeSpec, number>): void {
  numbered.set(node, numbered.size);
  for (const child of node.children) number(child, numbered);
}

/** Those that a state of this type can have; none when there would be only history. */
function childrenOf({ type, children }: NodeSpec): readonly NodeSpec[] {
  const fitting = children.filter((child) => type === 'compound' || child.type !== 'final');
  return fitting.some((child) => child.type !== 'history') ? fitting : [];
}

type Arguments = { context: ChartContext; event: { type: string } };

const note = (text: string) =>
  assign(({ context, event }: Arguments) => ({
    n: context.n + 1,
    log: [...context.log, `${text}:${event.type}`].slice(-LOG_LENGTH),
  })) as never;
const burn = assign(({ context }: Arguments) => ({ fuel: context.fuel - 1 })) as never;
const hasFuel = ({ context }: Arguments): boolean => context.fuel > 0;

class Build {
  readonly #spec: ChartSpec;
  readonly #numbered: ReadonlyMap<NodeSpec, number>;

  constructor(spec: ChartSpec, numbered: ReadonlyMap<NodeSpec, number>) {
    this.#spec = spec;
    this.#numbered = numbered;
  }

  node(node: NodeSpec): Record<string, unknown> {
    const key = this.#key(node);
    if (node.type === 'history') {
      const target = node.target === null ? {} : { target: this.#target(node.target) };
      return { id: key, type: 'history', history: node.deep ? 'deep' : 'shallow', ...target };
    }
    const children = childrenOf(node);
    const entered = children.filter(({ type }) => type !== 'history');
    if (entered.length === 0) {
      const base = { id: key, entry: this.#actions(node.entry), exit: this.#actions(node.exit) };
      if (node.type === 'final') return { ...base, type: 'final', output: { by: key } };
      return { ...base, ...this.#active(node) };
    }
    const initial = entered[node.initial % entered.length];
    return {
      id: key,
      ...(node.type === 'parallel' ? { type: 'parallel' } : { initial: initial && this.#key(initial) }),
      states: Object.fromEntries(children.map((child) => [this.#key(child), this.node(child)])),
      entry: this.#actions(node.entry),
      exit: this.#actions(node.exit),
      ...this.#active(node),
      ...(node.onDone === null ? {} : { onDone: this.#fuelled(node.onDone) }),
    };
  }

  /** What is not of final states. */
  #active(node: NodeSpec): Record<string, unknown> {
    const on: Record<string, unknown[]> = {};
    for (const { event, ...transition } of node.on) {
      // a wildcard also takes what the machine tells itself when a state is done
      (on[event] ??= []).push(event === '*' ? this.#fuelled(transition) : this.#transition(transition));
    }
    const after: Record<number, unknown[]> = {};
    for (const { delayMs, ...transition } of node.after)
      (after[delayMs] ??= []).push(this.#transition(transition));
    return {
      ...(node.tagged ? { tags: [`tag-${this.#key(node)}`] } : {}),
      on,
      after,
      always: node.always.map((transition) => this.#fuelled(transition)),
      ...(node.invoke === null || !this.#spec.hasChildren
        ? {}
        : {
            invoke: {
              id: `${node.invoke.src}-${this.#key(node)}`,
              src: node.invoke.src,
              ...(node.invoke.src === 'kid' ? { systemId: `system-kid-${this.#key(node)}` } : {}),
              ...(node.invoke.src === 'sum' ? {} : { onDone: this.#transition(node.invoke.onDone) }),
              onError: this.#transition(node.invoke.onError),
            },
          }),
    };
  }

  #key(node: NodeSpec): string {
    return `n${this.#numbered.get(node)}`;
  }

  /** Any state but the root; one that was left out (final regions) has no id, so the next one is taken. */
  #target(state: number): string {
    const reachable = this.#reachable();
    return `#${reachable[state % reachable.length]}`;
  }

  #reachable(): string[] {
    const keys: string[] = [];
    const visit = (node: NodeSpec): void => {
      for (const child of childrenOf(node)) {
        keys.push(this.#key(child));
        visit(child);
      }
    };
    visit(this.#spec.root);
    return keys;
  }

  #transition({ target, reenter, guard, actions }: TransitionSpec): Record<string, unknown> {
    return {
      ...(target === null ? {} : { target: this.#target(target), reenter }),
      ...(guard === null ? {} : { guard: this.#guard(guard) }),
      actions: this.#actions(actions),
    };
  }

  #fuelled(transition: TransitionSpec): Record<string, unknown> {
    const built = this.#transition(transition);
    const { guard } = built;
    return {
      ...built,
      guard: guard === undefined ? hasFuel : and([hasFuel as never, guard as never]),
      actions: [burn, ...this.#actions(transition.actions)],
    };
  }

  #guard(guard: GuardSpec): unknown {
    switch (guard.is) {
      case 'even':
        return ({ context }: Arguments) => context.n % 2 === 0;
      case 'below':
        return ({ context }: Arguments) => context.n < guard.limit;
      case 'in':
        return stateIn(this.#target(guard.state));
      case 'not':
        return not(this.#guard(guard.guard) as never);
      case 'and':
        return and(guard.guards.map((part) => this.#guard(part)) as never);
      case 'or':
        return or(guard.guards.map((part) => this.#guard(part)) as never);
    }
  }

  #actions(specs: readonly ActionSpec[]): unknown[] {
    return specs.flatMap((spec) => this.#action(spec));
  }

  #action(spec: ActionSpec): unknown[] {
    switch (spec.do) {
      case 'note':
        return [note(spec.text)];
      case 'raise':
        return [this.#withFuel((enqueue) => enqueue.raise({ type: spec.event } as never))];
      case 'later':
        return [
          this.#withFuel((enqueue) =>
            enqueue.raise({ type: spec.event } as never, {
              delay: spec.delayMs,
              ...(spec.id === null ? {} : { id: spec.id }),
            }),
          ),
        ];
      case 'cancel':
        return [cancel(spec.id)];
      case 'sendSelf':
        if (this.#spec.hasChildren) return [note('self')];
        return [
          this.#withFuel((enqueue) =>
            enqueue.sendTo(
              (({ self }: { self: AnyActorRef }) => self) as never,
              { type: spec.event } as never,
            ),
          ),
        ];
      case 'emit':
        return [emit({ type: 'told', text: spec.text } as never)];
      case 'choose':
        return [
          enqueueActions(({ context, enqueue }) => {
            const chosen = (context as ChartContext).n % 2 === 0 ? spec.even : spec.odd;
            for (const action of this.#action(chosen)) enqueue(action as never);
          }),
        ];
      case 'boom':
        return [
          assign(({ context }: Arguments) => {
            if (context.n % 41 === 40) throw new Error('boom');
            return {};
          }) as never,
        ];
      case 'pingChildren':
        return [pingChildren(spec.by, burn)];
      case 'spawn':
        return this.#spec.hasChildren ? [spawnKid(spec.id, burn)] : [];
      case 'stopSpawned':
        return this.#spec.hasChildren ? [stopSpawned(spec.id)] : [];
    }
  }

  #withFuel(act: (enqueue: Enqueue) => void): unknown {
    return enqueueActions(({ context, enqueue }) => {
      if ((context as ChartContext).fuel <= 0) return;
      enqueue(burn);
      act(enqueue as never);
    });
  }
}

type Enqueue = {
  raise: (event: never, options?: { id?: string; delay?: number }) => void;
  sendTo: (to: never, event: never) => void;
};
