import { describe, expect, it } from 'vitest';
import { addressOf } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { isKnownKey, withKeyOf } from '#runtime/kernel/client-keys.ts';

const to = addressOf({ service: 'shop', type: 'order', root: 'o', id: 'o' });
const event = (key?: string): Envelope => ({
  v: 1,
  kind: 'event',
  id: `e-${key}`,
  to,
  event: { type: 'PAY' },
  ...(key === undefined ? {} : { key }),
});

describe('the keys of clients', () => {
  it('make an event known once it was applied', () => {
    expect(isKnownKey([], event('a'))).toBe(false);
    expect(isKnownKey(withKeyOf([], event('a')), event('a'))).toBe(true);
    expect(isKnownKey(withKeyOf([], event('a')), event('b'))).toBe(false);
  });

  it('say nothing about events without one', () => {
    expect(withKeyOf(['a'], event())).toEqual(['a']);
    expect(isKnownKey(['a'], event())).toBe(false);
  });

  it('stay bounded: the most recent are remembered', () => {
    let keys: readonly string[] = [];
    for (let index = 0; index < 500; index += 1) keys = withKeyOf(keys, event(`k${index}`));
    expect(keys).toHaveLength(128);
    expect(isKnownKey(keys, event('k499'))).toBe(true);
    expect(isKnownKey(keys, event('k371'))).toBe(false);
  });
});
