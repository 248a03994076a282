/** One random statechart, run by XState itself and by the durable kernel, compared after every command. */
import { createActor, fromPromise, SimulatedClock, type AnyActorRef, type AnyStateMachine } from 'xstate';
import type { StateValue } from '#contracts/actor-record.ts';
import { RegistrationError } from '#runtime/runtime-error.ts';
import { fails, given, hangs, returns, type Mode, type Run } from '#test/support/machine-harness.ts';
import { isPinged } from './chart-children.ts';
import { machineOf, TYPE } from './chart-machine.ts';
import type { ChartSpec, Command } from './chart-spec.ts';
import { LivePromises } from './live-promises.ts';

export type Comparison = {
  /** Commands after which both were equal. */
  compared: number;
  /** How the run ended: `complete`, or why before its last command. */
  end: 'complete' | 'done' | 'error' | 'illegal-configuration' | 'system-id-reentry' | 'refused' | 'invalid';
  difference?: { after: number; live: unknown; durable: unknown };
};

type Node = {
  order: number;
  type: string;
  tags: readonly string[];
  parent?: Node;
  states: Record<string, Node>;
};
type LiveSnapshot = {
  status: string;
  value: unknown;
  context: unknown;
  output?: unknown;
  error?: unknown;
  tags: Set<string>;
  children: Record<string, AnyActorRef | undefined>;
  _nodes: Node[];
  historyValue: Record<string, Node[]>;
};

export async function compare(
  spec: ChartSpec,
  commands: readonly Command[],
  mode: Mode,
): Promise<Comparison> {
  let machine: AnyStateMachine;
  const promises = new LivePromises();
  try {
    machine = machineOf(spec, promises.logic);
  } catch {
    return { compared: 0, end: 'invalid' };
  }
  let durable: Run;
  try {
    const durableMachine = machineOf(
      spec,
      fromPromise(async () => 0),
    );
    durable = await given(
      { type: TYPE, version: 1, machine: durableMachine },
      { mode, activities: { [`${TYPE}.work`]: hangs() } },
    );
  } catch (error) {
    if (error instanceof RegistrationError) return { compared: 0, end: 'refused' };
    throw error;
  }
  const live = new LiveRun(machine, promises);
  for (let index = -1; index < commands.length; index += 1) {
    const command = commands[index];
    if (command !== undefined) {
      await live.perform(command);
      await perform(durable, command);
    }
    const compared = index + 1;
    const [seenLive, seenDurable] = [live.seen(), seenOf(durable, machine)];
    if (JSON.stringify(seenLive) !== JSON.stringify(seenDurable)) {
      if (live.wasIllegal()) return { compared, end: 'illegal-configuration' };
      if (live.hadIdTaken()) return { compared, end: 'system-id-reentry' };
      return {
        compared,
        end: 'complete',
        difference: { after: index, live: seenLive, durable: seenDurable },
      };
    }
    if (seenLive.status !== 'active')
      return { compared: compared + 1, end: seenLive.status === 'done' ? 'done' : 'error' };
  }
  return { compared: commands.length + 1, end: 'complete' };
}

class LiveRun {
  readonly #promises: LivePromises;
  readonly #actor: AnyActorRef & { getSnapshot(): unknown };
  readonly #clock = new SimulatedClock();
  readonly #emitted: unknown[] = [];
  #illegal = false;
  #error: unknown;

  constructor(machine: AnyStateMachine, promises: LivePromises) {
    this.#promises = promises;
    align(machine, (snapshot) => (this.#illegal ||= !isLegal(snapshot)));
    this.#actor = createActor(machine, { clock: this.#clock, logger: () => {} });
    alignTimers(this.#actor);
    this.#actor.on('*', (event: unknown) => this.#emitted.push(event));
    // without a listener XState throws errors into the process
    this.#actor.subscribe({ error: (error) => (this.#error = error) });
    this.#actor.start();
  }

  async perform(command: Command): Promise<void> {
    if (command.do === 'promise') await this.#promises.end(command.index, command.isKept);
    else if (command.do === 'send') this.#actor.send({ type: command.event });
    // millisecond by millisecond: a jump would start the timers that others set at its end
    else if (command.do === 'advance') for (let ms = 0; ms < command.ms; ms += 1) this.#clock.increment(1);
    else {
      const { children } = this.#snapshot;
      const running = Object.keys(children).filter(
        (id) => isPinged(id) && children[id]?.getSnapshot().status === 'active',
      );
      const id = running.toSorted()[command.index];
      if (id !== undefined) children[id]?.send({ type: command.type });
    }
  }

  seen() {
    const { status, value, context, output, tags, children } = this.#snapshot;
    const living = Object.entries(children).flatMap(([id, child]) => {
      const snapshot = child?.getSnapshot() as { status: string; context?: unknown } | undefined;
      return snapshot?.status === 'active' ? [[id, snapshot.context ?? null] as const] : [];
    });
    return seen({ status, value, context, output, tags: [...tags], emitted: this.#emitted, living });
  }

  /** Whether XState itself left the rules of statecharts at any time. */
  wasIllegal(): boolean {
    return this.#illegal;
  }

  /** Whether it ended because a child of the visit before still had its system id. */
  hadIdTaken(): boolean {
    return this.#error instanceof Error && /system ID '.*' already exists/.test(this.#error.message);
  }

  get #snapshot(): LiveSnapshot {
    return this.#actor.getSnapshot() as LiveSnapshot;
  }
}

type Aligned = {
  getInitialSnapshot: (scope: unknown, input: unknown) => LiveSnapshot;
  transition: (snapshot: LiveSnapshot, event: unknown, scope: unknown) => LiveSnapshot;
};

/** `node-order` of the differences: every transition starts from the order of the statechart. */
function align(machine: AnyStateMachine, onSnapshot: (snapshot: LiveSnapshot) => void): void {
  const aligned = machine as unknown as Aligned;
  const [initial, original] = [aligned.getInitialSnapshot.bind(machine), aligned.transition.bind(machine)];
  aligned.getInitialSnapshot = (scope, input) => {
    const first = initial(scope, input);
    onSnapshot(first);
    return first;
  };
  aligned.transition = (snapshot, event, scope) => {
    snapshot._nodes.sort((left, right) => left.order - right.order);
    for (const nodes of Object.values(snapshot.historyValue))
      nodes.sort((left, right) => left.order - right.order);
    const next = original(snapshot, event, scope);
    onSnapshot(next);
    return next;
  };
}

/** Whether the active states are those that a statechart can have. */
function isLegal({ _nodes: nodes }: LiveSnapshot): boolean {
  const active = new Set(nodes);
  return nodes.every((node) => {
    if (node.type === 'history') return false;
    const children = Object.values(node.states).filter(({ type }) => type !== 'history');
    const count = children.filter((child) => active.has(child)).length;
    const expected = node.type === 'compound' ? 1 : node.type === 'parallel' ? children.length : 0;
    return count === expected && (node.parent === undefined || active.has(node.parent));
  });
}

type Scheduler = {
  schedule: (
    source: AnyActorRef,
    target: AnyActorRef,
    ...rest: [event: unknown, delay: number, id?: string]
  ) => void;
  cancel: (source: AnyActorRef, id: string) => void;
};

/** `same-id-timers` of the differences: a timer replaces one of the same id. */
function alignTimers(actor: AnyActorRef): void {
  const { scheduler } = actor.system as unknown as { scheduler: Scheduler };
  const original = scheduler.schedule.bind(scheduler);
  scheduler.schedule = (source, target, ...[event, delay, id]) => {
    if (id !== undefined) scheduler.cancel(source, id);
    original(source, target, event, delay, id);
  };
}

async function perform(durable: Run, command: Command): Promise<void> {
  if (command.do === 'advance') await durable.advance(command.ms);
  else if (command.do === 'send') await durable.send({ type: command.event });
  else if (command.do === 'promise') await endPromise(durable, command);
  else {
    const { children } = durable.record();
    const running = Object.keys(children).filter((id) => isPinged(id) && children[id]?.finished !== true);
    const address = children[running.toSorted()[command.index] ?? '']?.address;
    if (address !== undefined) await durable.send({ type: command.type }, address);
  }
}

async function endPromise(
  { world }: Run,
  { index, isKept }: Extract<Command, { do: 'promise' }>,
): Promise<void> {
  const open = world.activities.pending.filter((pending) => pending.open);
  const chosen = open.toSorted((left, right) => (left.task.childId < right.task.childId ? -1 : 1))[index];
  if (chosen === undefined) return;
  const broken = fails({ code: 'BROKEN', kind: 'terminal' });
  await world.activities.endAttempt(chosen, (isKept ? returns(1) : broken) as never);
  await world.settle();
}

/** Children that live, with what they know. */
function livingOf(durable: Run): (readonly [string, unknown])[] {
  return Object.entries(durable.record().children).flatMap(([id, { address, finished }]) => {
    if (finished === true) return [];
    if (address === undefined) return [[id, null] as const];
    const { status, state } = durable.record(address);
    if (status !== 'active') return [];
    return [[id, id.startsWith('sum') ? state.context['state'] : state.context] as const];
  });
}

function seenOf(durable: Run, machine: AnyStateMachine) {
  const { status, state } = durable.record();
  const { value, context, output } = state;
  const tags = tagsOf(machine.root as unknown as Node, value);
  const living = livingOf(durable);
  return seen({ status, value, context, output, tags, emitted: durable.emitted(), living });
}

/** Tags of the active states. */
function tagsOf(node: Node, value: StateValue): string[] {
  const below = typeof value === 'string' ? { [value]: {} } : value;
  return [
    ...node.tags,
    ...Object.entries(below).flatMap(([key, deeper]) => {
      const child = node.states[key];
      return child === undefined ? [] : tagsOf(child, deeper);
    }),
  ];
}

type Seen = {
  status: string;
  value: unknown;
  context: unknown;
  output: unknown;
  tags: string[];
  emitted: unknown[];
  living: readonly (readonly [string, unknown])[];
};

/** What is compared, in a form in which equal things are equal text. */
function seen({ status, value, context, output, tags, emitted, living }: Seen) {
  const isWhole = status !== 'error';
  return {
    status,
    value: sorted(value),
    context,
    ...(output === undefined ? {} : { output }),
    ...(isWhole ? { tags: tags.toSorted(), emitted: [...emitted] } : {}),
    ...(status === 'active' ? { living: sorted(Object.fromEntries(living)) } : {}),
  };
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, below]): [string, unknown] => [key, sorted(below)])
      .toSorted(([left], [right]) => left.localeCompare(right)),
  );
}
