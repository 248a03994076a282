import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '#runtime/ports.ts';
import { createMemoryCasStore } from '#services/clouddriver/memory-cas-store.ts';
import { createRateLimits, type CasStore } from '#services/clouddriver/rate-limits.ts';

const KEY = { account: 'test', region: 'us-east-1', service: 'ec2' };
const never = new AbortController().signal;

/** A clock that stands still; waits are noted as the times they end. */
function standingClock(): Clock & { readonly endsMs: number[]; nowMsIs: (value: number) => void } {
  let now = 1_000_000;
  const endsMs: number[] = [];
  return {
    endsMs,
    nowMsIs: (value) => (now = value),
    nowMs: () => now,
    sleep: async (delayMs) => void endsMs.push(Math.round(now + delayMs)),
  };
}

/** When calls of several replicas go out, each replica with its own limiter over one store. */
async function departures(
  counts: readonly number[],
  rate: { perSecond: number; burst: number },
): Promise<number[]> {
  const store = createMemoryCasStore();
  const all = await Promise.all(
    counts.map(async (count) => {
      const clock = standingClock();
      const limits = createRateLimits({ store, clock, rateOf: () => rate, waitMsMax: 600_000 });
      await Promise.all(Array.from({ length: count }, () => limits.acquire(KEY, never)));
      return [...Array.from({ length: count - clock.endsMs.length }, () => clock.nowMs()), ...clock.endsMs];
    }),
  );
  return all.flat().toSorted((one, other) => one - other);
}

describe('shared rate limits', () => {
  it('never lets more go out than burst and rate allow, over all replicas', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 10 }),
        async (counts, perSecond, burst) => {
          const times = await departures(counts, { perSecond, burst });
          times.forEach((time, index) => {
            const within = times.filter((other) => other >= time && other < time + 1_000).length;
            expect(within, `from call ${index}`).toBeLessThanOrEqual(burst + perSecond);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('spaces calls evenly once the burst is used up', async () => {
    expect(await departures([4], { perSecond: 10, burst: 2 })).toEqual([
      1_000_000, 1_000_000, 1_000_100, 1_000_200,
    ]);
  });

  it('keeps accounts, regions and services apart', async () => {
    const clock = standingClock();
    const limits = createRateLimits({
      store: createMemoryCasStore(),
      clock,
      rateOf: () => ({ perSecond: 1, burst: 1 }),
    });
    await limits.acquire(KEY, never);
    await limits.acquire({ ...KEY, region: 'us-east-2' }, never);
    await limits.acquire({ ...KEY, service: 'autoscaling' }, never);
    expect(clock.endsMs).toEqual([]);
    await limits.acquire(KEY, never);
    expect(clock.endsMs).toEqual([1_001_000]);
  });

  it('slows everyone down after a throttle, more with each one, and recovers', async () => {
    const store = createMemoryCasStore();
    const clock = standingClock();
    const options = { store, clock, rateOf: () => ({ perSecond: 10, burst: 1 }), slowForMs: 5_000 };
    const one = createRateLimits(options);
    const other = createRateLimits(options);
    await one.throttled(KEY);
    await one.throttled(KEY);
    await other.acquire(KEY, never);
    await other.acquire(KEY, never);
    expect(clock.endsMs).toEqual([1_000_400]);

    clock.nowMsIs(1_010_000);
    await other.acquire(KEY, never);
    await other.acquire(KEY, never);
    expect(clock.endsMs.at(-1)).toBe(1_010_100);
  });

  it('tries again when another replica was faster', async () => {
    const store = createMemoryCasStore();
    let refusals = 2;
    const contended: CasStore = {
      get: (key) => store.get(key),
      put: (...args) => (refusals-- > 0 ? Promise.resolve(null) : store.put(...args)),
    };
    const limits = createRateLimits({ store: contended, clock: standingClock() });
    await expect(limits.acquire(KEY, never)).resolves.toBeUndefined();
    expect(refusals).toBe(-1);
  });

  it('tells every waiting call when the store fails, and works again afterwards', async () => {
    const store = createMemoryCasStore();
    let isBroken = true;
    const limits = createRateLimits({
      store: {
        ...store,
        get: (key) => (isBroken ? Promise.reject(new Error('store is away')) : store.get(key)),
      },
      clock: standingClock(),
    });
    const waiting = [limits.acquire(KEY, never), limits.acquire(KEY, never)];
    await expect(Promise.allSettled(waiting)).resolves.toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    isBroken = false;
    await expect(limits.acquire(KEY, never)).resolves.toBeUndefined();
  });

  it('refuses a call that would wait too long, and that call takes no slot from the others', async () => {
    const store = createMemoryCasStore();
    const clock = standingClock();
    const limits = createRateLimits({
      store,
      clock,
      rateOf: () => ({ perSecond: 1, burst: 1 }),
      waitMsMax: 2_000,
    });
    const calls = await Promise.allSettled(Array.from({ length: 6 }, () => limits.acquire(KEY, never)));
    expect(calls.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 3 }, () => 'fulfilled'),
      ...Array.from({ length: 3 }, () => 'rejected'),
    ]);

    clock.nowMsIs(1_001_000);
    await limits.acquire(KEY, never);
    expect(clock.endsMs.at(-1)).toBe(1_003_000);
  });

  it('stops waiting when the signal fires', async () => {
    const limits = createRateLimits({ store: createMemoryCasStore(), clock: standingClock() });
    await expect(limits.acquire(KEY, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
