/** Events that no state takes are counted and told. */
import { describe, expect } from 'vitest';
import { createMachine, raise, sendTo, setup } from 'xstate';
import { durableActor } from '#machines/support/durable-actor.ts';
import { bothModes, given, returns, START_MS } from '#test/support/machine-harness.ts';

const machine = setup({ actors: { kid: durableActor<undefined, undefined>({ type: 'kid' }) } }).createMachine(
  {
    id: 'listening',
    initial: 'on',
    invoke: { id: 'kid', src: 'kid' },
    states: {
      on: {
        on: {
          later: { actions: raise({ type: 'nobodyTimer' }, { delay: 1_000 }) },
          self: { actions: sendTo(({ self }) => self, { type: 'nobodySelf' }) },
          child: { actions: sendTo('kid', { type: 'nobodyChild' }) },
          off: 'off',
          raised: { target: 'raising', actions: raise({ type: 'nobodyRaised' }) },
        },
      },
      raising: {
        entry: [raise({ type: 'taken' }), raise({ type: 'nobodyRaised' })],
        initial: 'first',
        // 'raising' is done before what it raised is looked at, and nobody asks
        states: { first: { always: 'last' }, last: { type: 'final' } },
        on: { taken: {} },
      },
      off: {},
    },
  },
);

describe('an event that no state takes', () => {
  bothModes('is counted, shown and noted when it comes from outside', async (mode) => {
    const run = await given(machine, { mode });
    expect(await run.send({ type: 'unknown' })).toBe('unhandled');
    await run.send({ type: 'off' });
    await run.advance(5);
    expect(await run.send({ type: 'later' })).toBe('unhandled');
    expect(run.view().unhandled).toEqual({ count: 2, lastType: 'later', lastAtMs: START_MS + 5 });
    expect(run.world.notes.at(-1)?.refused).toMatchObject([{ type: 'later', reason: 'unhandled' }]);
  });

  bothModes('is counted when a timer brings it, or the actor itself', async (mode) => {
    const run = await given(machine, { mode });
    await run.send({ type: 'self' });
    await run.send({ type: 'later' });
    await run.advance(1_000);
    expect(run.view().unhandled).toMatchObject({ count: 2, lastType: 'nobodyTimer' });
    expect(run.world.unhandled).toEqual(['nobodySelf', 'nobodyTimer']);
  });

  bothModes('is counted when the machine raised it, on an edge or at the entry of a state', async (mode) => {
    const run = await given(machine, { mode });
    expect(await run.send({ type: 'raised' })).toBeUndefined();
    expect(run.value()).toEqual({ raising: 'last' });
    expect(run.world.unhandled).toEqual(['nobodyRaised', 'nobodyRaised']);
    expect(run.view().unhandled).toMatchObject({ count: 2, lastType: 'nobodyRaised' });
    expect(run.world.notes.at(-1)?.refused).toMatchObject([
      { type: 'nobodyRaised', reason: 'unhandled' },
      { type: 'nobodyRaised', reason: 'unhandled' },
    ]);
  });

  bothModes('is counted when the initial state raised it', async (mode) => {
    const run = await given(createMachine({ id: 'eager', entry: raise({ type: 'nobody' }) }), { mode });
    expect(run.view().unhandled).toMatchObject({ count: 1, lastType: 'nobody' });
  });

  bothModes('is counted when it is for a child that has ended', async (mode) => {
    const run = await given(machine, { mode, actors: { kid: returns() } });
    await run.send({ type: 'child' });
    expect(run.view().unhandled).toMatchObject({ count: 1, lastType: 'nobodyChild' });
    expect(run.world.notes.at(-1)).toMatchObject({
      applied: [{ type: 'child' }],
      refused: [{ type: 'nobodyChild', reason: 'unhandled' }],
    });
  });

  bothModes('is none that a state names, even when it does nothing', async (mode) => {
    const run = await given(createMachine({ id: 'still', on: { go: {} } }), { mode });
    await run.send({ type: 'go' });
    expect(run.view()).not.toHaveProperty('unhandled');
  });
});
