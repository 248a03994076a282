/** Children: actors of their own, told apart by birth, heard only when they are who they should be. */
import { describe, expect } from 'vitest';
import { sendTo, setup, type AnyActorRef } from 'xstate';
import { addressOf } from '#contracts/address.ts';
import { activity } from '#machines/support/activity.ts';
import { durableActor } from '#machines/support/durable-actor.ts';
import { bothModes, fails, given, hangs, returns } from '#test/support/machine-harness.ts';
import { parent, worker, workerMachine } from './machines/family.machine.ts';

describe('children', () => {
  bothModes('starts a declared actor in its service, under the root of the parent', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'enter' });

    const birth = run.record().children['operation']?.birth;
    expect(run.children()).toEqual([
      {
        address: addressOf({
          service: 'clouddriver',
          type: 'resizeServerGroup',
          root: 'root-1',
          id: `root-1-${birth}`,
        }),
        type: 'resizeServerGroup',
        service: 'clouddriver',
        childId: 'operation',
        parent: run.address,
        input: { operation: 'resizeServerGroup' },
      },
    ]);
    await run.finishChild('operation', returns('resized'));
    expect(run.record().state.context['results']).toEqual(['resized']);
    expect(run.stopped()).toEqual([]);
  });

  bothModes('takes the error of a child', async (mode) => {
    const run = await given(parent, { mode, actors: { resizeServerGroup: fails({ code: 'BROKEN' }) } });
    await run.send({ type: 'enter' });
    expect(run.value()).toBe('failed');
  });

  bothModes('stops the child when the state is left, and hears nothing of it any more', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'enter' });
    await run.send({ type: 'again' });
    const [first, second] = run.children();
    if (first === undefined || second === undefined) throw new Error('two children expected');
    expect(run.stopped()).toEqual([first.address]);

    const done = { type: 'xstate.done.actor.operation', output: 'stale', actorId: 'operation' };
    expect(await run.send(done, run.address, first.address)).toBe('stale');
    expect(
      await run.send({ ...done, type: 'xstate.error.actor.operation' }, run.address, first.address),
    ).toBe('stale');
    expect(
      await run.send(done, run.address, addressOf({ service: 'x', type: 'x', root: 'x', id: 'x' })),
    ).toBe('stale');
    expect(await run.send(done)).toBe('reserved');
    expect(run.value()).toBe('operating');
    expect(await run.send({ ...done, output: 'fresh' }, run.address, second.address)).toBeUndefined();
    expect(run.record().state.context['results']).toEqual(['fresh']);
  });

  bothModes('refuses every other event of the reserved kind', async (mode) => {
    const run = await given(parent, { mode });
    for (const type of [
      'xstate.init',
      'xstate.stop',
      'xstate.after.1000.parent.idle',
      'xstate.done.state.parent',
      'xstate.route',
    ]) {
      expect(await run.send({ type })).toBe('reserved');
    }
    expect(run.status()).toBe('active');
  });

  bothModes('takes a completion once', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'spawn' });
    const { address } = run.children()[0] ?? {};
    const done = { type: 'xstate.done.actor.w', output: 1, actorId: 'w' };
    expect(await run.send(done, run.address, address)).toBeUndefined();
    expect(await run.send(done, run.address, address)).toBe('stale');
    expect(run.record().state.context['results']).toEqual([1]);

    // an event to the finished child reaches nobody, stopping it does nothing
    await run.send({ type: 'poke' });
    await run.send({ type: 'drop' });
    expect(run.sent()).toEqual([]);
    expect(run.stopped()).toEqual([]);
  });

  bothModes('runs a whole tree: events down and up, output to the parent', async (mode) => {
    const run = await given(parent, { mode, others: [worker] });
    await run.send({ type: 'spawn' });
    const child = run.addressOf('w');
    await run.send({ type: 'poke' });
    expect(run.record().state.context['notes']).toEqual(['poked 1']);
    await run.send({ type: 'finish' }, child);

    expect(run.tree().map(({ status, parent: above }) => ({ status, above }))).toEqual([
      { status: 'active', above: undefined },
      { status: 'done', above: run.address },
    ]);
    expect(run.record().state.context['results']).toEqual([10]);
  });

  bothModes('tells the parent when the machine of a child throws', async (mode) => {
    const run = await given(parent, { mode, others: [worker] });
    await run.send({ type: 'spawn' });
    await run.send({ type: 'break' }, run.addressOf('w'));

    expect(run.error(run.addressOf('w'))).toEqual({
      code: 'ACTOR_FAILED',
      message: 'boom',
      kind: 'terminal',
    });
    expect(run.record().state.context['notes']).toEqual(['w failed']);
  });

  bothModes(
    'starts a child spawned inside an assign, and keeps the reference in the context',
    async (mode) => {
      const run = await given(parent, { mode, others: [worker] });
      await run.send({ type: 'spawnInAssign' });
      await run.send({ type: 'pokeRef' });

      expect(run.record().children['w']).toMatchObject({ kind: 'actor', systemId: 'theWorker' });
      expect(run.record().state.context).toMatchObject({ notes: ['poked 2'], ref: { $: 'ref', id: 'w' } });
    },
  );

  bothModes('reaches nobody through a reference to a child that was replaced', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'spawnInAssign' });
    await run.send({ type: 'drop' });
    await run.send({ type: 'spawn' });
    await run.send({ type: 'pokeRef' });

    expect(run.stopped()).toEqual([run.children()[0]?.address]);
    expect(run.sent()).toEqual([]);
    expect(run.status()).toBe('active');
  });

  bothModes('stops the old child when another is spawned under its id', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'spawn' });
    await run.send({ type: 'spawn' });

    const [old, young] = run.children();
    expect(run.stopped()).toEqual([old?.address]);
    expect(run.record().children['w']?.address).toBe(young?.address);
  });

  bothModes('starts children before it sends to them, in the order of the actions', async (mode) => {
    const run = await given(parent, { mode });
    await run.send({ type: 'spawnBoth' });

    expect(run.effects().map(({ kind }) => kind)).toEqual(['start-actor', 'send', 'start-actor', 'send']);
    expect(run.sent().map(({ event }) => event.type)).toEqual(['first', 'second']);
  });

  bothModes(
    'stops children and cancels activities when it is stopped, without a word to its parent',
    async (mode) => {
      const machine = setup({
        actors: { probe: activity('probe'), worker: durableActor({ type: 'worker' }) },
      }).createMachine({
        id: 'both',
        invoke: [
          { id: 'probe', src: 'probe' },
          { id: 'worker', src: 'worker' },
        ],
        after: { 1000: { actions: [] } },
      });
      const above = addressOf({ service: 'test', type: 'above', root: 'r', id: 'r' });
      const run = await given(
        { type: 'both', version: 1, machine },
        { mode, activities: { probe: hangs() }, parent: { address: above, childId: 'both' } },
      );
      await run.stop();

      expect(run.status()).toBe('stopped');
      expect(run.cancelled()).toEqual(['probe']);
      expect(run.stopped()).toEqual([run.children()[0]?.address]);
      expect(run.effects().at(-1)).toEqual({ kind: 'clear-wake' });
      expect(run.sent()).toEqual([]);
      expect(await run.send({ type: 'anything' })).toBe('not-active');
    },
  );

  bothModes('ends with an error when an event is sent to an activity or to nobody', async (mode) => {
    const sending = (to: unknown) =>
      setup({ actors: { probe: activity('probe') } }).createMachine({
        id: 'sending',
        invoke: { id: 'probe', src: 'probe', onError: {} },
        on: {
          go: { actions: sendTo(() => to as AnyActorRef, { type: 'x' }) },
          byId: { actions: sendTo('probe', { type: 'x' }) },
        },
      });
    const activities = { probe: hangs() };
    const toActivity = await given(
      { type: 'sending', version: 1, machine: sending('probe') },
      { mode, activities },
    );
    await toActivity.send({ type: 'byId' });
    const toNobody = await given(
      { type: 'sending', version: 1, machine: sending('nobody') },
      { mode, activities },
    );
    await toNobody.send({ type: 'go' });
    const toThing = await given(
      { type: 'sending', version: 1, machine: sending({ a: 1 }) },
      { mode, activities },
    );
    await toThing.send({ type: 'go' });

    expect(toActivity.error()?.message).toContain(`'probe' is an activity and takes no events`);
    expect(toActivity.cancelled()).toEqual(['probe']);
    expect(toNobody.error()?.message).toContain(`Unable to send event to actor 'nobody'`);
    expect(toThing.error()?.message).toContain('remoteActor(address)');
  });

  bothModes('runs a machine as a child of its own type', async (mode) => {
    const machine = setup({ actors: { child: workerMachine } }).createMachine({
      id: 'outer',
      initial: 'running',
      states: {
        running: {
          invoke: { id: 'inner', src: 'child', input: { n: 4 }, onDone: 'ended', onError: 'ended' },
        },
        ended: { type: 'final', output: ({ event }) => (event as { output?: unknown }).output },
      },
      output: ({ event }) => event.output,
    });
    const run = await given({ type: 'outer', version: 1, machine }, { mode, others: [worker] });
    await run.send({ type: 'finish' }, run.addressOf('worker'));

    expect(run.output()).toBe(40);
  });
});
