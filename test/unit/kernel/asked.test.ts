import { describe, expect, it } from 'vitest';
import { addressOf } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import {
  ASKER_FORGOTTEN_AFTER_MS,
  ASKERS_MAX,
  haveRoom,
  isDecided,
  isKnownAsker,
  knownAs,
  withDecided,
  type Asked,
} from '#runtime/kernel/asked.ts';

const to = addressOf({ service: 'shop', type: 'order', root: 'o', id: 'o' });
const ask = (number: number, { client = 'c', below = number } = {}): Envelope => ({
  v: 1,
  kind: 'event',
  id: `e-${client}-${number}`,
  to,
  event: { type: 'PAY' },
  asker: { client, number, below },
});
const applied = (nowMs: number) => ({ isRefused: false, nowMs });
const full = (atMs: number): Asked =>
  Array.from({ length: ASKERS_MAX }, (_, index) => `c${index}`).reduce<Asked>(
    (asked, client) => withDecided(asked, ask(1, { client }), applied(atMs)),
    {},
  );

describe('the direct asks that an actor has decided', () => {
  it('are known when they come again', () => {
    const asked = withDecided({}, ask(3), applied(0));
    expect(isDecided(asked, ask(3))).toBe(true);
    expect(isDecided(asked, ask(4))).toBe(false);
    expect(isDecided(asked, ask(3, { client: 'another' }))).toBe(false);
  });

  it('are known below the number from which the client awaits answers', () => {
    const asked = withDecided({}, ask(9, { below: 8 }), applied(0));
    expect(isDecided(asked, ask(7))).toBe(true);
    expect(isDecided(asked, ask(8))).toBe(false);
  });

  it('keep one number for a client that waits for each answer', () => {
    let asked: Asked = {};
    for (let number = 1; number <= 500; number += 1) asked = withDecided(asked, ask(number), applied(number));
    expect(asked).toEqual({ c: { below: 500, decided: [500], atMs: 500 } });
  });

  it('keep those of a client that awaits an earlier one', () => {
    const asked = [2, 3, 4].reduce<Asked>(
      (all, number) => withDecided(all, ask(number, { below: 1 }), applied(0)),
      {},
    );
    expect(asked['c']?.decided).toEqual([2, 3, 4]);
    expect(withDecided(asked, ask(5, { below: 4 }), applied(0))['c']?.decided).toEqual([4, 5]);
  });

  it('are not forgotten by an ask that was long on its way', () => {
    const asked = withDecided(withDecided({}, ask(9), applied(0)), ask(5, { below: 2 }), applied(1));
    expect(asked['c']?.below).toBe(9);
    expect(isDecided(asked, ask(5))).toBe(true);
  });

  it('tell refused ones from applied ones', () => {
    const once = withDecided({}, ask(3, { below: 1 }), { isRefused: true, nowMs: 0 });
    const asked = withDecided(once, ask(4, { below: 1 }), applied(0));
    expect([3, 4, 5].map((number) => knownAs(asked, ask(number)))).toEqual(['refused', 'applied', undefined]);
    expect(withDecided(asked, ask(5, { below: 4 }), applied(0))['c']).toEqual({
      below: 4,
      decided: [4, 5],
      atMs: 0,
    });
  });

  it('stay as they were first decided', () => {
    const asked = withDecided({}, ask(3), { isRefused: true, nowMs: 0 });
    expect(withDecided(asked, ask(3), applied(1))).toBe(asked);
  });

  it('say nothing about other envelopes', () => {
    const { asker: _asker, ...plain } = ask(1) as Extract<Envelope, { kind: 'event' }>;
    expect(withDecided({}, plain, applied(0))).toEqual({});
    expect(isDecided(full(0), plain)).toBe(false);
    expect(isKnownAsker({}, plain)).toBe(true);
    expect(haveRoom(full(0), [plain], 0)).toBe(true);
  });
});

describe('the places for clients', () => {
  it('are for so many, counted over all that may come in one step', () => {
    const asked = full(0);
    expect(haveRoom(asked, [ask(2, { client: 'c0' })], 0)).toBe(true);
    expect(haveRoom(asked, [ask(1, { client: 'new' })], 0)).toBe(false);
    const { c0: _c0, ...fewer } = asked;
    expect(haveRoom(fewer, [ask(1, { client: 'new' }), ask(2, { client: 'new' })], 0)).toBe(true);
    expect(haveRoom(fewer, [ask(1, { client: 'new' }), ask(1, { client: 'newer' })], 0)).toBe(false);
  });

  it('go to newer clients when nothing can come again', () => {
    const asked = full(0);
    const later = withDecided(asked, ask(1, { client: 'new' }), applied(ASKER_FORGOTTEN_AFTER_MS));
    expect(Object.keys(later)).toHaveLength(ASKERS_MAX);
    expect(isDecided(later, ask(1, { client: 'new' }))).toBe(true);
    expect(withDecided(asked, ask(1, { client: 'new' }), applied(ASKER_FORGOTTEN_AFTER_MS - 1))).toBe(asked);
  });
});
