/** Schemas and hashes that are written out by hand, because they are used on every step, take what they always took. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StateValue } from '#contracts/actor-record.ts';
import { Json } from '#contracts/json.ts';
import { fnv1a32 } from '#contracts/topology.ts';

describe('a state value', () => {
  it.each([['waiting'], [{ region: 'on' }], [{ a: { b: 'c' }, d: 'e' }], [{}]])('may be %j', (value) => {
    expect(StateValue.parse(value)).toEqual(value);
  });

  it.each([[1], [null], [undefined], [['a']], [{ a: 1 }], [{ a: ['b'] }], [{ a: null }]])(
    'is refused when it is %j',
    (value) => {
      expect(StateValue.safeParse(value).success).toBe(false);
    },
  );

  it('is refused when it is missing', () => {
    expect(z.object({ value: StateValue }).safeParse({}).success).toBe(false);
  });
});

describe('JSON', () => {
  it('is refused with the place of what is none when it is deep inside, or a hole', () => {
    const holes: unknown[] = ['a'];
    holes[2] = 'b';
    expect(Json.safeParse({ a: [{ b: undefined }] }).error?.issues[0]?.path).toEqual(['a', 0, 'b']);
    expect(Json.safeParse(holes).error?.issues[0]?.path).toEqual([1]);
    expect(Json.safeParse([new Date()]).error?.issues[0]?.path).toEqual([0]);
    expect(Json.safeParse({ a: [null, 1, 'x', { b: true }] }).success).toBe(true);
  });
});

describe('the hash of roots', () => {
  it('is FNV-1a of the UTF-8 bytes when the text is ASCII, and when it is not', () => {
    const ofBytes = (text: string): number => {
      let hash = 0x811c9dc5;
      for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
      return hash;
    };
    for (const text of ['', 'a', 'foobar', 'x1', 'größer', 'a😀b']) expect(fnv1a32(text)).toBe(ofBytes(text));
    expect(fnv1a32('foobar')).toBe(0xbf9cf968);
  });
});
