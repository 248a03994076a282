/** What the page knows follows from what it was told, also when that comes twice or out of order. */
import { describe, expect, it } from 'vitest';
import { Address } from '#contracts/address.ts';
import type { ConsoleMessage } from '#contracts/console-message.ts';
import type { StepNote } from '#contracts/step-note.ts';
import { changed, NOTHING_KNOWN, statechartOf, type LiveState } from '#services/console/page/live-state.ts';

const address = Address.parse('shop:order:o:o');
const note = (step: number): StepNote => {
  return { v: 1, step, atMs: step, applied: [], refused: [], emitted: [] };
};
const after = (messages: readonly ConsoleMessage[], from: LiveState = NOTHING_KNOWN): LiveState =>
  messages.reduce((state, message) => changed(state, { type: 'message', message, nowMs: 1_000 }), from);
const chart = (version: number, hash: string): ConsoleMessage => ({
  type: 'statechart',
  service: 'shop',
  description: { v: 1, type: 'order', version, hash, nodes: [], edges: [] },
});

describe('what the page knows', () => {
  it('is live, with the time of the server, after a pulse', () => {
    const state = after([{ type: 'pulse', v: 1, nowMs: 5_000, bus: 'lost' }]);
    expect(state).toMatchObject({ connection: 'live', bus: 'lost', clockOffsetMs: 4_000 });
  });

  it('keeps steps in order, each once', () => {
    const state = after([
      { type: 'note', address, note: note(3) },
      { type: 'note', address, note: note(2) },
      { type: 'note', address, note: note(3) },
    ]);
    expect(state.history?.map(({ step }) => step)).toEqual([2, 3]);
  });

  it('forgets the tree when another one is chosen, and the history with any choice', () => {
    const told = after([
      { type: 'tree', root: address, actors: [] },
      { type: 'history', address, notes: [note(1)] },
    ]);
    expect(changed(told, { type: 'chosen', tree: false })).toMatchObject({
      history: null,
      actors: new Map(),
    });
    expect(changed(told, { type: 'chosen', tree: true }).actors).toBeNull();
  });

  it('finds the statechart of an actor by structure, then by version, then the newest', () => {
    const state = after([chart(1, 'a'), chart(1, 'b'), chart(2, 'c'), chart(1, 'b')]);
    const found = (version: number, hash: string) =>
      statechartOf(state, {
        v: 1,
        address,
        status: 'active',
        value: 'on',
        step: 1,
        startedAtMs: 1,
        updatedAtMs: 1,
        activities: [],
        version,
        hash,
      })?.hash;
    expect([found(1, 'a'), found(1, 'x'), found(3, 'x')]).toEqual(['a', 'b', 'b']);
    expect(found(2, 'x')).toBe('c');
  });
});
