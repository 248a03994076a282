/** System ids across a tree of actors: kept by the first actor, fenced by address. */
import { describe, expect } from 'vitest';
import { assign, cancel, sendTo, setup, spawnChild, stopChild, type AnyActorRef } from 'xstate';
import { addressOf } from '#contracts/address.ts';
import { activity } from '#machines/support/activity.ts';
import { bothModes, given, hangs } from '#test/support/machine-harness.ts';

const leaf = setup({
  types: { context: {} as { heard: string[] } },
  actions: { hear: assign({ heard: ({ context, event }) => [...context.heard, event.type] }) },
}).createMachine({
  id: 'leaf',
  context: { heard: [] },
  initial: 'open',
  states: { open: { on: { end: 'ended', '*': { actions: 'hear' } } }, ended: { type: 'final' } },
});

/** Starts the leaf under the system id `boss`, two levels below the root. */
const middle = setup({ actors: { leaf } }).createMachine({
  id: 'middle',
  initial: 'with',
  states: {
    with: {
      invoke: { id: 'l', src: 'leaf', systemId: 'boss' },
      on: { again: { target: 'with', reenter: true }, drop: 'without' },
    },
    without: {
      on: {
        own: { actions: sendTo(({ system }) => system.get('boss') as AnyActorRef, { type: 'fromMiddle' }) },
      },
    },
  },
});

/** Knows nobody but the system id. */
const asking = setup({ types: { context: {} as { boss: AnyActorRef | null } } }).createMachine({
  id: 'asking',
  context: { boss: null },
  on: {
    ask: { actions: sendTo(({ system }) => system.get('boss') as AnyActorRef, { type: 'question' }) },
    later: {
      actions: sendTo(
        ({ system }) => system.get('boss') as AnyActorRef,
        { type: 'late' },
        { id: 'late', delay: 500 },
      ),
    },
    never: { actions: cancel('late') },
    keep: { actions: assign({ boss: ({ system }) => system.get('boss') as AnyActorRef }) },
    askKept: { actions: sendTo(({ context }) => context.boss as AnyActorRef, { type: 'kept' }) },
    nobody: { actions: sendTo(({ system }) => system.get('nobody') as AnyActorRef, { type: 'lost' }) },
    tell: {
      actions: sendTo(
        ({ system }) => system.get('boss') as AnyActorRef,
        ({ context }) => ({
          type: 'told',
          ref: context.boss,
        }),
      ),
    },
  },
});

const root = setup({ actors: { middle, asking, leaf, probe: activity('probe') } }).createMachine({
  id: 'root',
  invoke: [
    { id: 'm', src: 'middle', systemId: 'middle' },
    { id: 'a', src: 'asking', systemId: 'asker' },
  ],
  on: {
    ask: { actions: sendTo(({ system }) => system.get('boss') as AnyActorRef, { type: 'fromRoot' }) },
    own: { actions: sendTo(({ system }) => system.get('asker') as AnyActorRef, { type: 'ask' }) },
    nobody: { actions: sendTo(({ system }) => system.get('nobody') as AnyActorRef, { type: 'lost' }) },
    twin: { actions: spawnChild('leaf', { id: 'twin', systemId: 'asker' }) },
    rival: { actions: spawnChild('leaf', { id: 'rival', systemId: 'boss' }) },
    spare: { actions: spawnChild('leaf', { id: 'spare', systemId: 'spare' }) },
    swap: { actions: [stopChild('spare'), spawnChild('leaf', { id: 'spare2', systemId: 'spare' })] },
    probe: { actions: spawnChild('probe', { id: 'p', systemId: 'probe' }) },
  },
});

describe('systemId', () => {
  bothModes('reaches an actor of another branch of the tree', async (mode) => {
    const run = await given(root, { mode });
    const boss = run.addressOf('l');
    // its own children are in its record anyway
    expect(run.record().systemIds).toEqual({ boss });
    await run.send({ type: 'ask' }, run.addressOf('a'));
    await run.send({ type: 'ask' });
    await run.send({ type: 'own' });
    expect(run.record(boss).state.context['heard']).toEqual(['question', 'fromRoot', 'question']);
  });

  bothModes('reaches the newest holder, and nobody after the end of the last one', async (mode) => {
    const run = await given(root, { mode });
    const first = run.addressOf('l');
    await run.send({ type: 'again' }, run.addressOf('m'));
    const second = run.addressOf('l');
    expect(run.record().systemIds?.['boss']).toBe(second);
    await run.send({ type: 'ask' }, run.addressOf('a'));
    await run.send({ type: 'end' }, second);
    expect(run.record().systemIds).toBeUndefined();
    await run.send({ type: 'ask' }, run.addressOf('a'));

    expect(run.record(first).state.context['heard']).toEqual([]);
    expect(run.record(second).state.context['heard']).toEqual(['question']);
    expect(run.logged()).toEqual([
      {
        label: 'system-id',
        value: `'question' reached nobody: no actor of this tree has the system id 'boss'.`,
      },
    ]);
  });

  bothModes('sends later, and never when cancelled', async (mode) => {
    const run = await given(root, { mode });
    const asker = run.addressOf('a');
    await run.send({ type: 'later' }, asker);
    await run.send({ type: 'again' }, run.addressOf('m'));
    await run.advance(500);
    // whoever holds the id when the time comes
    expect(run.record(run.addressOf('l')).state.context['heard']).toEqual(['late']);
    await run.send({ type: 'later' }, asker);
    await run.send({ type: 'never' }, asker);
    await run.advance(1_000);
    expect(run.record(run.addressOf('l')).state.context['heard']).toEqual(['late']);
  });

  bothModes('keeps a reference by system id in the context, but sends none away', async (mode) => {
    const run = await given(root, { mode });
    const asker = run.addressOf('a');
    await run.send({ type: 'keep' }, asker);
    await run.send({ type: 'askKept' }, asker);
    expect(run.record(run.addressOf('l')).state.context['heard']).toEqual(['kept']);
    expect(run.record(asker).state.context['boss']).toMatchObject({ $: 'ref', systemId: 'boss' });
    await run.send({ type: 'tell' }, asker);
    expect(run.error(asker)?.message).toContain('Send the system id as text');
  });

  bothModes('says in the log that an id reaches nobody', async (mode) => {
    const run = await given(root, { mode });
    await run.send({ type: 'nobody' }, run.addressOf('a'));
    await run.send({ type: 'nobody' });
    expect(run.logged()).toHaveLength(2);
    expect(run.status()).toBe('active');
    expect(run.refusals().map(({ reason }) => reason)).toEqual(['unhandled']);
  });

  bothModes(
    'refuses a second holder: with an error where it is known, by the first actor else',
    async (mode) => {
      const own = await given(root, { mode });
      await own.send({ type: 'twin' });
      expect(own.error()?.message).toContain(`system ID 'asker' already exists`);
      const below = await given(root, { mode });
      await below.send({ type: 'rival' });
      expect(below.error()?.message).toContain(`system ID 'boss' already exists`);

      const elsewhere = await given(root, { mode });
      const boss = elsewhere.addressOf('l');
      const rival = addressOf({ service: 'test', type: 'leaf', root: 'root-1', id: 'rival' });
      const claim = {
        v: 1,
        to: elsewhere.address,
        kind: 'system-id',
        from: rival,
        systemId: 'boss',
      } as const;
      expect(await elsewhere.deliver({ ...claim, id: 'c1', holder: rival, isHeld: true })).toBe('reserved');
      expect(await elsewhere.deliver({ ...claim, id: 'c2', holder: rival, isHeld: false })).toBe('stale');
      expect(elsewhere.record().systemIds?.['boss']).toBe(boss);
      expect(elsewhere.logged()[0]?.value).toContain(`System id 'boss' stays with ${boss}`);
    },
  );

  bothModes('listens to actors of its own tree only', async (mode) => {
    const run = await given(root, { mode });
    const stranger = addressOf({ service: 'test', type: 'leaf', root: 'other', id: 'other' });
    const base = { v: 1, to: run.address, from: stranger, systemId: 'boss' } as const;
    expect(await run.deliver({ ...base, id: 's1', kind: 'system-event', event: { type: 'x' } })).toBe(
      'reserved',
    );
    expect(await run.deliver({ ...base, id: 's2', kind: 'system-id', holder: stranger, isHeld: true })).toBe(
      'reserved',
    );
  });

  bothModes('frees an id in the step that gives it to another child', async (mode) => {
    const run = await given(root, { mode });
    await run.send({ type: 'spare' });
    await run.send({ type: 'swap' });
    expect(run.error()).toBeUndefined();
    expect(run.record().children).toMatchObject({ spare2: { systemId: 'spare' } });
    await run.send({ type: 'drop' }, run.addressOf('m'));
    expect(run.record().systemIds).toBeUndefined();
  });

  bothModes('says nothing of activities: they take no events', async (mode) => {
    const run = await given(root, { mode, activities: { probe: hangs() } });
    await run.send({ type: 'probe' });
    expect(run.error()).toBeUndefined();
  });

  bothModes('takes nothing any more when the tree has ended', async (mode) => {
    const run = await given(root, { mode });
    await run.stop();
    expect(run.tree().map(({ status }) => status)).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
    expect(await run.send({ type: 'ask' }, run.addressOf('a'))).toBe('not-active');
  });
});
