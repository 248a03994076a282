import { describe, expect, it } from 'vitest';
import { RequestWaiters } from '#bus/request-waiters.ts';

describe('waiters for equal requests', () => {
  it('answers whoever asked again when the first request was heard but never stored', () => {
    // given a request that was lost, and the same one a moment later
    const waiters = new RequestWaiters();
    waiters.add({ digest: 'd', reply: 'first', nowMs: 0 });
    waiters.add({ digest: 'd', reply: 'second', nowMs: 5_000 });

    // when the one that was stored is handled, then the one who still waits hears of it
    expect(waiters.take('d', 5_010)).toBe('second');
  });

  it('answers each of two equal requests once', () => {
    const waiters = new RequestWaiters();
    waiters.add({ digest: 'd', reply: 'a', nowMs: 0 });
    waiters.add({ digest: 'd', reply: 'b', nowMs: 1 });
    expect(new Set([waiters.take('d', 2), waiters.take('d', 2)])).toEqual(new Set(['a', 'b']));
    expect(waiters.take('d', 2)).toBeUndefined();
  });

  it('forgets who waited for half a minute, and whom another replica answered', () => {
    const waiters = new RequestWaiters();
    waiters.add({ digest: 'd', reply: 'old', nowMs: 0 });
    waiters.add({ digest: 'e', reply: 'answered', nowMs: 30_000 });
    waiters.remove('e', 'answered');
    expect([waiters.take('d', 30_000), waiters.take('e', 30_000)]).toEqual([undefined, undefined]);
  });
});
