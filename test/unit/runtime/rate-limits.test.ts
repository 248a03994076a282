import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryCasStore } from '#runtime/memory/memory-cas-store.ts';
import type { Clock, Rate } from '#runtime/ports.ts';
import { createRateLimits, type CasStore } from '#runtime/rate-limits.ts';

const KEY = 'test_us-east-1_ec2';
const signal = new AbortController().signal;

const at = (perSecond: number, burst: number): { rate: Rate; signal: AbortSignal } => ({
  rate: { perSecond, burst },
  signal,
});

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
      const limits = createRateLimits({ store, clock });
      await Promise.all(Array.from({ length: count }, () => limits.acquire(KEY, { rate, signal })));
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

  it('keeps keys apart', async () => {
    const clock = standingClock();
    const limits = createRateLimits({ store: createMemoryCasStore(), clock });
    await limits.acquire(KEY, at(1, 1));
    await limits.acquire('test_us-east-2_ec2', at(1, 1));
    await limits.acquire('test_us-east-1_autoscaling', at(1, 1));
    expect(clock.endsMs).toEqual([]);
    await limits.acquire(KEY, at(1, 1));
    expect(clock.endsMs).toEqual([1_001_000]);
  });

  it('slows everyone down after a throttle, more with each one, and recovers', async () => {
    const store = createMemoryCasStore();
    const clock = standingClock();
    const options = { store, clock, slowForMs: 5_000 };
    const one = createRateLimits(options);
    const other = createRateLimits(options);
    await one.throttled(KEY);
    await one.throttled(KEY);
    await other.acquire(KEY, at(10, 1));
    await other.acquire(KEY, at(10, 1));
    expect(clock.endsMs).toEqual([1_000_400]);

    clock.nowMsIs(1_010_000);
    await other.acquire(KEY, at(10, 1));
    await other.acquire(KEY, at(10, 1));
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
    await expect(limits.acquire(KEY, at(10, 10))).resolves.toBeUndefined();
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
    const waiting = [limits.acquire(KEY, at(10, 10)), limits.acquire(KEY, at(10, 10))];
    await expect(Promise.allSettled(waiting)).resolves.toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    isBroken = false;
    await expect(limits.acquire(KEY, at(10, 10))).resolves.toBeUndefined();
  });

  it('refuses a call that would wait too long, and that call takes no slot from the others', async () => {
    const store = createMemoryCasStore();
    const clock = standingClock();
    const limits = createRateLimits({
      store,
      clock,
      waitMsMax: 2_000,
    });
    const calls = await Promise.allSettled(Array.from({ length: 6 }, () => limits.acquire(KEY, at(1, 1))));
    expect(calls.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 3 }, () => 'fulfilled'),
      ...Array.from({ length: 3 }, () => 'rejected'),
    ]);

    clock.nowMsIs(1_001_000);
    await limits.acquire(KEY, at(1, 1));
    expect(clock.endsMs.at(-1)).toBe(1_003_000);
  });

  it('stops waiting when the signal fires', async () => {
    const limits = createRateLimits({ store: createMemoryCasStore(), clock: standingClock() });
    await expect(
      limits.acquire(KEY, { ...at(10, 10), signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});
