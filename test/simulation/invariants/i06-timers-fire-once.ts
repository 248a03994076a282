/** I6: a timer fires once, and not before it is due. */
import type { Address } from '#contracts/address.ts';
import type { Invariant } from './evidence.ts';
import { indexOf, type Entry, type Step } from './evidence-index.ts';

export const timersFireOnce: Invariant = {
  id: 'I6',
  title: 'timers fire once, not before they are due',
  check: (evidence) => {
    const { steps, entries } = indexOf(evidence);
    const found: string[] = [];
    for (const [address, made] of steps) {
      const own = entries.get(address) ?? [];
      found.push(...early(address, { steps: made, entries: own }), ...revived(address, made));
      for (const wake of own) {
        if (wake.envelope.kind === 'wake' && wake.atMs < wake.envelope.dueAtMs)
          found.push(`${address} was woken ${wake.envelope.dueAtMs - wake.atMs} ms too early`);
      }
      found.push(...wokenTooOften(address, { steps: made, entries: own }));
    }
    return found;
  },
};

/** A timer that goes in a step which only alarms caused has fired, unless one that was due took it away. */
function early(
  address: Address,
  { steps, entries }: { steps: readonly Step[]; entries: readonly Entry[] },
): string[] {
  return steps.flatMap((step, place) => {
    const before = steps[place - 1];
    if (!before || step.record.status !== 'active') return [];
    const taken = entries.filter(
      (entry) =>
        entry.sequence > before.record.applied[entry.log] && entry.sequence <= step.record.applied[entry.log],
    );
    if (taken.length === 0 || taken.some(({ envelope }) => envelope.kind !== 'wake')) return [];
    const left = new Set(Object.values(step.record.timers).map(({ generation }) => generation));
    const gone = Object.values(before.record.timers).filter(({ generation }) => !left.has(generation));
    const isAnyDue = gone.some(({ dueAtMs }) => dueAtMs <= step.record.updatedAtMs);
    const [first] = gone;
    if (!first || isAnyDue || Object.keys(before.record.activities).length > 0) return [];
    return [`${address} fired a timer ${first.dueAtMs - step.record.updatedAtMs} ms before it was due`];
  });
}

/** The generation of a timer that is gone never comes back, nor does it change its time. */
function revived(address: Address, steps: readonly Step[]): string[] {
  const found: string[] = [];
  const gone = new Set<number>();
  let open = new Map<number, number>();
  for (const { record } of steps) {
    const now = new Map(Object.values(record.timers).map((timer) => [timer.generation, timer.dueAtMs]));
    for (const [generation, dueAtMs] of now) {
      if (gone.has(generation)) found.push(`${address} has timer ${generation} again after it was gone`);
      if ((open.get(generation) ?? dueAtMs) !== dueAtMs) found.push(`${address} moved timer ${generation}`);
    }
    for (const generation of open.keys()) if (!now.has(generation)) gone.add(generation);
    open = now;
  }
  return found;
}

/** An alarm rings at most as often as it was set. */
function wokenTooOften(
  address: Address,
  { steps, entries }: { steps: readonly Step[]; entries: readonly Entry[] },
): string[] {
  const asked = new Map<number, number>();
  for (const { effects } of steps) {
    for (const effect of effects) {
      if (effect.kind === 'set-wake') asked.set(effect.dueAtMs, (asked.get(effect.dueAtMs) ?? 0) + 1);
    }
  }
  const rang = Map.groupBy(
    entries.flatMap(({ envelope }) => (envelope.kind === 'wake' ? [envelope.dueAtMs] : [])),
    (dueAtMs) => dueAtMs,
  );
  return [...rang].flatMap(([dueAtMs, times]) =>
    times.length > (asked.get(dueAtMs) ?? 0)
      ? [`${address} was woken for ${dueAtMs} more often than it asked`]
      : [],
  );
}
