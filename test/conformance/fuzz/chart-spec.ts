/**
 * Random statecharts as data, so that a failing one can be made smaller.
 *
 * States are numbered in document order; a target is any number, taken modulo the states there are. Whatever could run
 * for ever by itself (always, raise, onDone, events to itself) burns fuel, of which there is little.
 */
import fc from 'fast-check';

export const EVENTS = ['a', 'b', 'c', 'd', 'x.y'] as const;
export type EventName = (typeof EVENTS)[number];
const DESCRIPTORS = [...EVENTS, 'x.*', '*'] as const;

export type GuardSpec =
  | { is: 'even' }
  | { is: 'below'; limit: number }
  | { is: 'in'; state: number }
  | { is: 'not'; guard: GuardSpec }
  | { is: 'and' | 'or'; guards: readonly GuardSpec[] };

export type ActionSpec =
  | { do: 'note'; text: string }
  | { do: 'raise'; event: EventName }
  | { do: 'later'; event: EventName; delayMs: number; id: string | null }
  | { do: 'cancel'; id: string }
  | { do: 'sendSelf'; event: EventName }
  | { do: 'emit'; text: string }
  | { do: 'choose'; even: ActionSpec; odd: ActionSpec }
  | { do: 'boom' }
  /** By their references, or by their system ids. */
  | { do: 'pingChildren'; by: 'reference' | 'systemId' }
  | { do: 'spawn'; id: SpawnedId }
  | { do: 'stopSpawned'; id: SpawnedId };

export type SpawnedId = 's1' | 's2';
/** What a state invokes: a machine, XState's own promise logic, or a reducer. */
export type InvokedLogic = 'kid' | 'work' | 'sum';

export type TransitionSpec = {
  target: number | null;
  reenter: boolean;
  guard: GuardSpec | null;
  actions: readonly ActionSpec[];
};

export type NodeSpec = {
  type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  initial: number;
  deep: boolean;
  /** Of history: where to go when nothing is remembered. */
  target: number | null;
  tagged: boolean;
  entry: readonly ActionSpec[];
  exit: readonly ActionSpec[];
  on: readonly (TransitionSpec & { event: (typeof DESCRIPTORS)[number] })[];
  always: readonly TransitionSpec[];
  after: readonly (TransitionSpec & { delayMs: number })[];
  onDone: TransitionSpec | null;
  invoke: { src: InvokedLogic; onDone: TransitionSpec; onError: TransitionSpec } | null;
  children: readonly NodeSpec[];
};

/** Events to itself and children exclude each other: see `self-first` of the differences. */
export type ChartSpec = { root: NodeSpec; hasChildren: boolean };

export type Command =
  | { do: 'send'; event: EventName }
  | { do: 'advance'; ms: number }
  | { do: 'child'; index: number; type: 'ping' | 'finish' | 'fail' }
  /** Ends one of the promises that are under way. */
  | { do: 'promise'; index: number; isKept: boolean };

const eventName = fc.constantFrom(...EVENTS);
const text = fc.constantFrom('p', 'q', 'r', 's', 't');
const delayMs = fc.constantFrom(2, 3, 5, 8, 13, 21);
const timerId = fc.constantFrom('t1', 't2');
const state = fc.nat(30);
const spawnedId = fc.constantFrom('s1' as const, 's2' as const);

const plainGuard: fc.Arbitrary<GuardSpec> = fc.oneof(
  fc.constant({ is: 'even' } as const),
  fc.record({ is: fc.constant('below' as const), limit: fc.nat(12) }),
  fc.record({ is: fc.constant('in' as const), state }),
);
const guard: fc.Arbitrary<GuardSpec> = fc.oneof(
  { weight: 4, arbitrary: plainGuard },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('not' as const), guard: plainGuard }) },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constantFrom('and' as const, 'or' as const),
      guards: fc.array(plainGuard, { minLength: 2, maxLength: 2 }),
    }),
  },
);

const plainAction: fc.Arbitrary<ActionSpec> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('note' as const), text }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('raise' as const), event: eventName }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('later' as const),
      event: eventName,
      delayMs,
      id: fc.option(timerId),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), id: timerId }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sendSelf' as const), event: eventName }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('emit' as const), text }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('pingChildren' as const),
      by: fc.constantFrom('reference' as const, 'systemId' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('spawn' as const), id: spawnedId }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stopSpawned' as const), id: spawnedId }) },
);
const action: fc.Arbitrary<ActionSpec> = fc.oneof(
  { weight: 30, arbitrary: plainAction },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('choose' as const), even: plainAction, odd: plainAction }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'boom' } as const) },
);
const actions = fc.array(action, { maxLength: 2 });

const transition = {
  target: fc.option(state, { freq: 6 }),
  reenter: fc.boolean(),
  guard: fc.option(guard, { freq: 2 }),
  actions,
};
const transitionSpec: fc.Arbitrary<TransitionSpec> = fc.record(transition);

function node(depth: number): fc.Arbitrary<NodeSpec> {
  const leaf = [
    { weight: 6, arbitrary: fc.constant('atomic' as const) },
    { weight: 1, arbitrary: fc.constant('final' as const) },
    { weight: 1, arbitrary: fc.constant('history' as const) },
  ];
  const branch = [
    { weight: 4, arbitrary: fc.constant('compound' as const) },
    { weight: 3, arbitrary: fc.constant('parallel' as const) },
  ];
  return fc
    .record({
      type: fc.oneof(...leaf, ...(depth > 0 ? branch : [])),
      initial: fc.nat(3),
      deep: fc.boolean(),
      target: fc.option(state),
      tagged: fc.boolean(),
      entry: actions,
      exit: actions,
      on: fc.array(fc.record({ ...transition, event: fc.constantFrom(...DESCRIPTORS) }), { maxLength: 3 }),
      always: fc.array(transitionSpec, { maxLength: 1 }),
      after: fc.array(fc.record({ ...transition, delayMs }), { maxLength: 1 }),
      onDone: fc.option(transitionSpec),
      invoke: fc.option(
        fc.record({
          src: fc.constantFrom<InvokedLogic>('kid', 'work', 'sum'),
          onDone: transitionSpec,
          onError: transitionSpec,
        }),
        { freq: 2 },
      ),
      children: depth > 0 ? fc.array(node(depth - 1), { minLength: 1, maxLength: 3 }) : fc.constant([]),
    })
    .map((spec) => (['compound', 'parallel'].includes(spec.type) ? spec : { ...spec, children: [] }));
}

export const chart: fc.Arbitrary<ChartSpec> = fc.record({
  hasChildren: fc.boolean(),
  root: fc
    .tuple(
      node(0),
      fc.constantFrom('compound' as const, 'parallel' as const),
      fc.array(node(2), { minLength: 2, maxLength: 3 }),
    )
    .map(([spec, type, children]) => ({ ...spec, type, children, invoke: null })),
});

export const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    { weight: 7, arbitrary: fc.record({ do: fc.constant('send' as const), event: eventName }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 12 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('child' as const),
        index: fc.nat(3),
        type: fc.constantFrom('ping' as const, 'finish' as const, 'fail' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('promise' as const),
        index: fc.nat(2),
        isKept: fc.boolean(),
      }),
    },
  ),
  { minLength: 10, maxLength: 30, size: 'max' },
);
