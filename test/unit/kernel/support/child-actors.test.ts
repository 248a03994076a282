/** Children as actors of their own: machines, `fromTransition`, their snapshots and outputs. */
import { describe, expect, it } from 'vitest';
import {
  assign,
  createMachine,
  emit,
  fromTransition,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  type AnyActorRef,
} from 'xstate';
import { activity } from '#machines/support/activity.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { RuntimeError } from '#runtime/runtime-error.ts';
import { Registry } from '#runtime/registry.ts';
import { bothModes, given, hangs } from '#test/support/machine-harness.ts';

type Count = { type: 'add'; n: number } | { type: 'fault' };

const counter = fromTransition(
  (state: { sum: number; at: Date }, event: Count, { emit: tell }) => {
    if (event.type === 'fault') throw new Error('no such number');
    (tell as (value: { type: string }) => void)({ type: 'added' });
    return { ...state, sum: state.sum + event.n };
  },
  ({ input }: { input: { from: number } }) => ({ sum: input.from, at: new Date(7) }),
);

const counting = setup({
  types: { context: {} as { seen: unknown[]; failure: unknown } },
  actors: { counter },
}).createMachine({
  id: 'counting',
  context: { seen: [], failure: null },
  initial: 'running',
  states: {
    running: {
      invoke: {
        id: 'sum',
        src: 'counter',
        input: { from: 10 },
        onSnapshot: {
          actions: assign({ seen: ({ context, event }) => [...context.seen, event.snapshot.context] }),
        },
        onError: { target: 'failed', actions: assign({ failure: ({ event }) => event.error }) },
      },
      on: {
        '*': { actions: sendTo('sum', ({ event }) => event as Count) },
        leave: 'left',
      },
    },
    failed: {},
    left: {},
  },
});

describe('fromTransition', () => {
  bothModes('runs fromTransition logic as an actor of its own', async (mode) => {
    const run = await given(counting, { mode });
    await run.send({ type: 'add', n: 5 });
    await run.send({ type: 'add', n: 1 });

    const child = run.addressOf('sum');
    expect(child).toMatch(/^test:countingCounter:root-1:root-1-\d+$/);
    expect(run.view(child).status).toBe('active');
    expect(run.record(child).state.context).toMatchObject({ state: { sum: 16 } });
    expect(run.emitted()).toEqual([{ type: 'added' }, { type: 'added' }]);
  });

  bothModes('tells the parent its error, and stops when its state is left', async (mode) => {
    const broken = await given(counting, { mode });
    await broken.send({ type: 'fault' });
    expect(broken.value()).toBe('failed');
    expect(broken.record().state.context['failure']).toMatchObject({ message: 'no such number' });

    const left = await given(counting, { mode });
    await left.send({ type: 'leave' });
    expect(left.status(left.addressOf('sum'))).toBe('stopped');
  });
});

describe('onSnapshot', () => {
  bothModes('gives the parent one snapshot with each commit of the child, dates intact', async (mode) => {
    const run = await given(counting, { mode });
    await run.send({ type: 'add', n: 5 });
    const at = { $: 'date', ms: 7 };
    expect(run.record().state.context['seen']).toEqual([
      { sum: 10, at },
      { sum: 15, at },
    ]);
  });

  const worker = setup({
    types: { context: {} as { n: number; gone: undefined; self: AnyActorRef } },
  }).createMachine({
    id: 'worker',
    context: ({ self }) => ({ n: 0, gone: undefined, self }),
    initial: 'idle',
    states: {
      idle: {
        tags: 'calm',
        on: { work: { target: 'busy', actions: assign({ n: ({ context }) => context.n + 1 }) } },
      },
      busy: { initial: 'deep', states: { deep: {} }, on: { finish: 'over' } },
      over: { type: 'final' },
    },
  });
  const watching = setup({
    types: { context: {} as { seen: unknown[]; last: unknown; ended: number } },
    actors: { worker },
  }).createMachine({
    id: 'watching',
    context: { seen: [], last: null, ended: 0 },
    initial: 'on',
    states: {
      on: {
        invoke: {
          id: 'w',
          src: 'worker',
          onSnapshot: {
            actions: assign({
              seen: ({ context, event }) => [
                ...context.seen,
                [
                  event.snapshot.value,
                  event.snapshot.matches('busy'),
                  event.snapshot.hasTag('calm' as never),
                ],
              ],
              last: ({ event }) => event.snapshot,
            }),
          },
          onDone: { actions: assign({ ended: ({ context }) => context.ended + 1 }) },
        },
        on: { again: { target: 'on', reenter: true }, work: { actions: sendTo('w', { type: 'work' }) } },
      },
    },
  });

  bothModes('lets the parent ask a snapshot for states and tags, and keep it', async (mode) => {
    const run = await given(watching, { mode });
    await run.send({ type: 'work' });
    const child = run.addressOf('w');
    await run.send({ type: 'finish' }, child);
    // active only: the end is told by onDone
    expect(run.record().state.context).toMatchObject({
      seen: [
        ['idle', false, true],
        [{ busy: 'deep' }, true, false],
      ],
      ended: 1,
      last: {
        status: 'active',
        value: { busy: 'deep' },
        context: { n: 1, gone: { $: 'undefined' }, self: { windlassAddress: child } },
      },
    });
  });

  bothModes('takes no snapshot of an earlier visit, nor one that nobody asked for', async (mode) => {
    const run = await given(watching, { mode });
    const first = run.addressOf('w');
    await run.send({ type: 'again' });
    const before = run.record().state.context;
    const snapshot = { status: 'active', value: 'busy', context: {}, tags: [] };
    const event = { type: 'xstate.snapshot.w', actorId: 'w', snapshot };
    expect(await run.send(event, run.address, first)).toBe('stale');
    expect(await run.send(event)).toBe('reserved');
    expect(run.record().state.context).toEqual(before);
  });

  bothModes('has no snapshot for an event that the child refuses', async (mode) => {
    const run = await given(watching, { mode });
    await run.send({ type: 'nonsense' }, run.addressOf('w'));
    expect(run.record().state.context['seen']).toHaveLength(1);
  });

  bothModes('works for spawned children with syncSnapshot', async (mode) => {
    const machine = setup({
      types: { context: {} as { n: number } },
      actors: { worker, probe: activity('probe') },
    }).createMachine({
      id: 'spawning',
      context: { n: 0 },
      entry: spawnChild('worker', { id: 'w', syncSnapshot: true }),
      on: {
        'xstate.snapshot.w': { actions: assign({ n: ({ context }) => context.n + 1 }) },
        drop: { actions: stopChild('w') },
        probe: {
          actions: assign(({ spawn }) => {
            spawn('probe', { id: 'p', syncSnapshot: true } as never);
            return {};
          }),
        },
      } as never,
    });
    const run = await given(machine, { mode, activities: { probe: hangs() } });
    await run.send({ type: 'work' }, run.addressOf('w'));
    expect(run.record().state.context).toEqual({ n: 2 });
    await run.send({ type: 'probe' });
    expect(run.error()?.message).toContain(`'p' is an activity and has no snapshots`);
  });
});

describe('implied definitions', () => {
  const leaf = createMachine({ id: 'leaf', entry: emit({ type: 'grown' }) });
  const branch = setup({ actors: { leaf } }).createMachine({
    id: 'branch',
    invoke: { id: 'l', src: 'leaf' },
  });
  const tree = setup({ actors: { branch } }).createMachine({
    id: 'tree',
    invoke: { id: 'b', src: 'branch' },
  });

  bothModes('runs child machines that nobody registered, however deep', async (mode) => {
    const run = await given(tree, { mode });
    expect(run.tree().map((view) => view.address.split(':')[1])).toEqual(['tree', 'branch', 'leaf']);
    expect(run.emitted()).toEqual([{ type: 'grown' }]);
  });

  it('prefers what was registered by hand, and refuses two machines of one name and version', () => {
    const kernel = createKernel();
    const of = (machine: typeof leaf) => ({ type: machine.id, version: 1, machine });
    const own = { ...of(leaf), version: 7 };
    const registry = new Registry(kernel, [of(branch as never), own]);
    expect(registry.newest('leaf')?.definition).toBe(own);

    const other = setup({ actors: { leaf: createMachine({ id: 'leaf' }) } }).createMachine({ id: 'other' });
    expect(() => new Registry(kernel, [of(branch as never), of(other as never)])).toThrow(RuntimeError);
    expect(
      () => new Registry(kernel, [of(branch as never), { ...of(other as never), version: 2 }]),
    ).not.toThrow();
  });
});
