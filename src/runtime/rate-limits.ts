/**
 * Rates that all replicas share: of a queue of activities, or of calls to a cloud, which counts whoever makes them.
 *
 * R1 A slot is taken by compare-and-set before it is used; two replicas never take the same one.
 * R2 Slots are in order of time: whoever asked earlier goes earlier.
 * R3 A throttle answer lowers the rate for everyone, for a while.
 * R4 Only rates depend on clocks. Replicas whose clocks differ share the rate unevenly, they do not exceed it for long.
 *
 * Generic cell rate algorithm: the stored value is the theoretical arrival time of the next call.
 */
import { z } from 'zod';
import type { Clock, Rate, RateLimits } from './ports.ts';

/** A small shared table. `revision` 0 stands for "no such key yet". */
export interface CasStore {
  get(key: string): Promise<{ value: string; revision: number } | null>;
  /** Writes when the key is still at `expectedRevision`; returns the new revision, null when someone was faster. */
  put(key: string, value: string, expectedRevision: number): Promise<number | null>;
}

export type RateLimitOptions = {
  store: CasStore;
  clock: Clock;
  /** How long a throttle answer slows everyone down, in milliseconds. Default 10 s. */
  slowForMs?: number;
  /** Nobody waits longer, in milliseconds: such a call is refused at once and takes no slot. Default: without limit. */
  waitMsMax?: number;
};

/** So many calls wait already that this one would wait too long. Nothing was called; try again later. */
export class RateLimitExceeded extends Error {
  override readonly name = 'RateLimitExceeded';
  readonly code = 'RATE_LIMIT_EXCEEDED';
}

/** What is stored for one key. */
const Gate = z.object({
  /** When the next call would be due at an even rate, in epoch milliseconds. */
  arrivalMs: z.number(),
  /** Throttle answers in a row: each halves the rate, three at most. */
  slowness: z.number().int().min(0).max(3),
  slowUntilMs: z.number(),
});
type Gate = z.infer<typeof Gate>;

const OPEN: Gate = { arrivalMs: 0, slowness: 0, slowUntilMs: 0 };
const ATTEMPTS_MAX = 50;

type Waiter = { resolve: (atMs: number) => void; reject: (reason: unknown) => void };

/** Creates the limiter of one replica. Calls that wait together in it take their slots in one write. */
export function createRateLimits(options: RateLimitOptions): RateLimits {
  const waiting = new Map<string, Waiter[]>();
  const waitMsMax = options.waitMsMax ?? Infinity;

  async function takeSlots(name: string, rate: Rate): Promise<void> {
    for (let waiters = waiting.get(name); waiters && waiters.length > 0; waiters = waiting.get(name)) {
      const group = waiters.splice(0);
      try {
        const atMs = await change(options, name, (gate, nowMs) =>
          reserve(gate, { nowMs, rate, count: group.length, waitMsMax }),
        );
        group.forEach((waiter, index) => {
          const slotMs = atMs[index];
          if (slotMs === undefined) waiter.reject(tooManyWait(name, waitMsMax));
          else waiter.resolve(slotMs);
        });
      } catch (error) {
        for (const waiter of group) waiter.reject(error);
      }
    }
    waiting.delete(name);
  }

  return {
    async acquire(key, { rate, signal }) {
      signal.throwIfAborted();
      const name = nameOf(key);
      const atMs = await new Promise<number>((resolve, reject) => {
        const waiters = waiting.get(name);
        if (waiters) {
          waiters.push({ resolve, reject });
          return;
        }
        waiting.set(name, [{ resolve, reject }]);
        takeSlots(name, rate).catch(reject);
      });
      const delayMs = atMs - options.clock.nowMs();
      if (delayMs > 0) await options.clock.sleep(delayMs, signal);
      signal.throwIfAborted();
    },

    async throttled(key) {
      await change(options, nameOf(key), (gate, nowMs) => {
        const isSlow = gate.slowUntilMs > nowMs;
        const slowness = Math.min(isSlow ? gate.slowness + 1 : 1, 3);
        return {
          gate: { ...gate, slowness, slowUntilMs: nowMs + (options.slowForMs ?? 10_000) },
          answer: undefined,
        };
      });
    },
  };
}

function tooManyWait(name: string, waitMsMax: number): RateLimitExceeded {
  return new RateLimitExceeded(
    `More calls to ${name} wait than its rate allows within ${waitMsMax} ms. Raise the rate, or spread the work.`,
  );
}

/** Letters, digits and `-_` only: fit as a key of any store. */
function nameOf(key: string): string {
  return key.replaceAll(/[^A-Za-z0-9_-]/g, '-');
}

/** Reserves up to `count` slots, those that are near enough; answers the times at which they may be used. */
function reserve(
  gate: Gate,
  args: { nowMs: number; rate: Rate; count: number; waitMsMax: number },
): { gate: Gate; answer: number[] } {
  const { nowMs, rate, count, waitMsMax } = args;
  const slowdown = gate.slowUntilMs > nowMs ? 2 ** gate.slowness : 1;
  const intervalMs = (1_000 / rate.perSecond) * slowdown;
  // A slowed gate allows no burst: the cloud has just said that it is too much.
  const toleranceMs = slowdown > 1 ? 0 : intervalMs * (rate.burst - 1);
  const answer: number[] = [];
  let arrivalMs = Math.max(gate.arrivalMs, nowMs);
  for (let index = 0; index < count; index += 1) {
    const atMs = Math.max(nowMs, arrivalMs - toleranceMs);
    if (atMs - nowMs > waitMsMax) break;
    answer.push(atMs);
    arrivalMs += intervalMs;
  }
  return { gate: { ...gate, arrivalMs }, answer };
}

async function change<Answer>(
  { store, clock }: RateLimitOptions,
  name: string,
  decide: (gate: Gate, nowMs: number) => { gate: Gate; answer: Answer },
): Promise<Answer> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const stored = await store.get(name);
    const { gate, answer } = decide(stored ? parsed(stored.value) : OPEN, clock.nowMs());
    const revision = await store.put(name, JSON.stringify(gate), stored?.revision ?? 0);
    if (revision !== null) return answer;
  }
  throw new Error(
    `The shared rate limit '${name}' could not be updated: ${ATTEMPTS_MAX} writers in a row were faster.`,
  );
}

/** A value that is not ours (another version's) is replaced rather than stopping all calls. */
function parsed(value: string): Gate {
  try {
    const gate = Gate.safeParse(JSON.parse(value));
    return gate.success ? gate.data : OPEN;
  } catch {
    return OPEN;
  }
}
