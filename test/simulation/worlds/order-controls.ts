/** Somebody pauses orders and lets them go on, and ends a few at once, while everything else goes wrong, too. */
import type { Address } from '#contracts/address.ts';
import type { MemoryBus } from '#runtime/memory/memory-bus.ts';
import type { SeededRandom } from '../engine/seeded-random.ts';

const PAUSED = 0.4;
const PAUSED_MS_MAX = 8_000;
const TERMINATED = 0.1;
/** Controls come within so long after the start. */
const WITHIN_MS = 15_000;

/** Asks for what the seed decides about one order, once it was started. Whether it may end before its time. */
export function controlOrder(
  bus: MemoryBus,
  { to, started }: { to: Address; started: Promise<unknown> },
  random: SeededRandom,
): { mayStop: boolean } {
  const isPaused = random.chance(PAUSED);
  const mayStop = random.chance(TERMINATED);
  const [atMs, forMs, endAtMs] = [WITHIN_MS, PAUSED_MS_MAX, WITHIN_MS].map((limitMs) =>
    random.between(0, limitMs),
  );
  const ask = async (kind: 'pause' | 'resume' | 'terminate', afterMs = 0): Promise<void> => {
    await started;
    await bus.clock.sleep(afterMs);
    const id = `${kind}-${to}`;
    bus.deliver({ v: 1, kind, id, to, reason: 'a person wants it', replyTo: id });
  };
  if (isPaused) void ask('pause', atMs).then(() => ask('resume', forMs));
  if (mayStop) void ask('terminate', endAtMs);
  return { mayStop };
}
