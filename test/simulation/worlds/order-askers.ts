/** Clients of the shop that order, and tell the ledger of sales, directly, over a line that loses asks and answers. */
import type { Envelope } from '#contracts/envelope.ts';
import { DirectAsker } from '#runtime/direct-asker.ts';
import { memoryAsks } from '#runtime/memory/memory-asks.ts';
import { memoryOwnerLine, type LineFate } from '#runtime/memory/memory-direct-asks.ts';
import { OwnSends } from '#runtime/own-sends.ts';
import type { SeededRandom } from '../engine/seeded-random.ts';
import type { SimulatedBus } from '../engine/simulated-bus.ts';

const FEW = 8;
/** More than an actor remembers. */
const MANY = 24;

const ASK_MS = 20_000;

type Start = Extract<Envelope, { kind: 'start' }>;

/**
 * Starts one order, directly or not, and often twice. Resolves when nobody waits for an answer any more; true when who
 * started it alone was refused.
 */
export async function startOrder(bus: SimulatedBus, start: Start, random: SeededRandom): Promise<boolean> {
  const ask = (asker: DirectAsker | undefined, start: Start) => asker?.ask(start, ASK_MS) ?? null;
  const { next } = askersOf(bus, random.fork());
  const [one, other] = [next(), random.chance(0.3) ? next() : undefined];
  if (one === undefined) bus.deliver(start);
  const again = { ...start, onConflict: 'use-existing', id: `${start.id}-again` } as const;
  const answers = await Promise.all([ask(one, start), ask(other, again)]);
  return other === undefined && answers.some((answer) => answer?.outcome === 'refused');
}

/** Who asks next; undefined when nobody waits for an answer. */
export function askersOf(bus: SimulatedBus, random: SeededRandom): { next: () => DirectAsker | undefined } {
  const { clock, topology } = bus;
  const lossy = random.next();
  const fateOf = (): LineFate => {
    if (bus.isCalm) return 'arrives';
    if (random.chance(0.2 * lossy)) return 'ask-lost';
    return random.chance(0.3 * lossy) ? 'answer-lost' : 'arrives';
  };
  let names = 0;
  const newName = (): string => `client-${(names += 1)}`;
  const count = random.chance(0.3) ? MANY : random.between(1, FEW);
  const all = Array.from({ length: count }, () => {
    const sends = new OwnSends();
    const stored = memoryAsks(bus, sends);
    return new DirectAsker({ line: memoryOwnerLine(bus, fateOf), stored, sends, clock, topology, newName });
  });
  return { next: () => (random.chance(0.7) ? all[random.between(0, all.length - 1)] : undefined) };
}
