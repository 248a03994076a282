/** Events between actors: sent, delayed, cancelled, forwarded, answered, emitted. */
import { describe, expect } from 'vitest';
import {
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  forwardTo,
  log,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  type AnyActorRef,
} from 'xstate';
import type { Address } from '#contracts/address.ts';
import { remoteActor } from '#machines/support/remote-actor.ts';
import { bothModes, given } from '#test/support/machine-harness.ts';

/** Notes what it hears, answers what asks for it. */
const kid = setup({
  types: { context: {} as { heard: string[] }, events: {} as { type: string; replyTo?: AnyActorRef } },
  actions: { hear: assign({ heard: ({ context, event }) => [...context.heard, event.type] }) },
}).createMachine({
  id: 'kid',
  context: { heard: [] },
  on: {
    tellParent: { actions: sendParent({ type: 'told' }) },
    tellParentLater: {
      actions: sendTo(
        ({ self }) => self._parent as AnyActorRef,
        { type: 'late' },
        { delay: 300, id: 'late' },
      ),
    },
    never: { actions: cancel('late') },
    ask: { actions: sendTo(({ event }) => event.replyTo as AnyActorRef, { type: 'answer' }) },
    '*': { actions: 'hear' },
  },
});

const parent = setup({
  types: { context: {} as { heard: string[]; ref: AnyActorRef | null }, events: {} as { type: string } },
  actors: { kid },
  actions: { hear: assign({ heard: ({ context, event }) => [...context.heard, event.type] }) },
}).createMachine({
  id: 'parent',
  context: { heard: [], ref: null },
  invoke: { id: 'k', src: 'kid', onError: {} },
  on: {
    byId: { actions: sendTo('k', { type: 'hello' }) },
    byRef: {
      actions: sendTo(
        ({ self }) =>
          (self.getSnapshot() as { children: Record<string, AnyActorRef> }).children['k'] as AnyActorRef,
        { type: 'hello' },
      ),
    },
    later: { actions: sendTo('k', { type: 'later' }, { delay: 200, id: 'l' }) },
    never: { actions: cancel('l') },
    'forward.*': { actions: forwardTo('k') },
    ask: { actions: sendTo('k', ({ self }) => ({ type: 'ask', replyTo: self })) },
    askKid: { actions: sendTo('k', ({ context }) => ({ type: 'ask', replyTo: context.ref as AnyActorRef })) },
    spawn: { actions: assign({ ref: ({ spawn }) => spawn('kid', { id: 'second' }) }) },
    nameless: { actions: assign({ ref: ({ spawn }) => spawn('kid') }) },
    toRef: { actions: sendTo(({ context }) => context.ref as AnyActorRef, { type: 'kept' }) },
    sendInside: {
      actions: assign(({ context }) => (context.ref as AnyActorRef).send({ type: 'x' }) as never),
    },
    spawnChild: { actions: spawnChild('kid', { id: 'third' }) },
    stopChild: { actions: stopChild('third') },
    tick: { actions: raise({ type: 'tock' }, { id: 't', delay: 100 }) },
    untick: { actions: cancel('t') },
    tell: {
      actions: enqueueActions(({ enqueue }) => {
        enqueue.emit({ type: 'first', n: 1 } as never);
        enqueue.sendTo('k', { type: 'enqueued' });
      }),
    },
    'xstate.snapshot.k': {},
    '*': {
      actions: [
        'hear',
        emit(({ event }) => ({ type: 'heard', what: event.type })),
        log(({ event }) => event.type, 'heard'),
      ],
    },
  },
});

const heardBy = (run: Awaited<ReturnType<typeof given>>, address?: Address) =>
  run.record(address).state.context['heard'];

describe('events', () => {
  bothModes('reach children by id and by reference, and by a reference kept in the context', async (mode) => {
    const run = await given(parent, { mode });
    for (const type of ['byId', 'byRef', 'spawn', 'toRef']) await run.send({ type });
    expect(heardBy(run, run.addressOf('k'))).toEqual(['hello', 'hello']);
    expect(heardBy(run, run.addressOf('second'))).toEqual(['kept']);
    expect(run.record().state.context['ref']).toMatchObject({ $: 'ref', id: 'second' });
  });

  bothModes('reach the parent, at once and later', async (mode) => {
    const run = await given(parent, { mode });
    const child = run.addressOf('k');
    await run.send({ type: 'tellParent' }, child);
    await run.send({ type: 'tellParentLater' }, child);
    expect(heardBy(run)).toEqual(['told']);
    await run.advance(300);
    expect(heardBy(run)).toEqual(['told', 'late']);
    await run.send({ type: 'tellParentLater' }, child);
    await run.send({ type: 'never' }, child);
    await run.advance(1_000);
    expect(heardBy(run)).toEqual(['told', 'late']);
  });

  bothModes('are delivered to a child later, or never when cancelled', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'later' });
    await run.advance(199);
    expect(heardBy(run, run.addressOf('k'))).toEqual([]);
    await run.advance(1);
    await run.send({ type: 'later' });
    await run.send({ type: 'never' });
    await run.advance(1_000);
    expect(heardBy(run, run.addressOf('k'))).toEqual(['later']);
  });

  bothModes('are raised later, or never when cancelled', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'tick' });
    await run.advance(100);
    await run.send({ type: 'tick' });
    await run.send({ type: 'untick' });
    await run.advance(1_000);
    expect(heardBy(run)).toEqual(['tock']);
  });

  bothModes('are forwarded as they are', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'forward.me', n: 1 } as never);
    expect(heardBy(run, run.addressOf('k'))).toEqual(['forward.me']);
  });

  bothModes('carry references as addresses, by which the receiver answers', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'ask' });
    expect(heardBy(run)).toEqual(['answer']);
    await run.send({ type: 'spawn' });
    await run.send({ type: 'askKid' });
    expect(heardBy(run, run.addressOf('second'))).toEqual(['answer']);
    await run.send({ type: 'ask', replyTo: remoteActor(run.address) } as never, run.addressOf('k'));
    expect(heardBy(run)).toEqual(['answer', 'answer']);
  });

  bothModes('cannot be sent by ref.send() inside a step, nor to what is no address', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'spawn' });
    await run.send({ type: 'sendInside' });
    expect(run.error()?.message).toContain('Use the sendTo action instead');

    const other = await given(parent, { mode });
    const child = other.addressOf('k');
    await other.send({ type: 'ask', replyTo: { $actor: 'client-7' } } as never, child);
    expect(other.error(child)?.message).toContain('remoteActor(address)');
  });

  bothModes('reach nobody after stopChild', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'spawnChild' });
    const child = run.addressOf('third');
    await run.send({ type: 'stopChild' });
    expect(run.status(child)).toBe('stopped');
    expect(await run.send({ type: 'hello' }, child)).toBe('not-active');
  });

  bothModes('are emitted and logged, by a wildcard and from enqueueActions too', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'tell' });
    await run.send({ type: 'anything' });
    expect(run.emitted()).toEqual([
      { type: 'first', n: 1 },
      { type: 'heard', what: 'anything' },
    ]);
    expect(run.logged()).toEqual([{ label: 'heard', value: 'anything' }]);
    expect(heardBy(run, run.addressOf('k'))).toEqual(['enqueued']);
  });

  bothModes(
    'reach a child that was spawned without an id, the same one after every restart',
    async (mode) => {
      const run = await given(parent, { mode });
      await run.send({ type: 'nameless' });
      await run.send({ type: 'toRef' });
      const [id] = Object.keys(run.record().children).filter((known) => known !== 'k');
      expect(id).toMatch(/^child-\d+-1$/);
      expect(heardBy(run, run.addressOf(id ?? ''))).toEqual(['kept']);
    },
  );

  bothModes('end the sender when they are not JSON', async (mode) => {
    const machine = createMachine({
      id: 'm',
      on: {
        GO: { actions: sendTo(({ self }) => self, { type: 'x', when: new Map() } as never) },
        INLINE: { actions: assign(({ spawn }) => ({ ref: spawn(kid as never, { id: 'inline' } as never) })) },
      },
    });
    const run = await given(machine, { mode });
    await run.send({ type: 'GO' });
    expect(run.error()?.message).toContain(`event 'x'.when is an instance of Map`);
    const inline = await given(machine, { mode });
    await inline.send({ type: 'INLINE' });
    expect(inline.error()?.message).toContain('Name the logic in setup({ actors })');
  });
});
