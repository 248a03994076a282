/** I5: nobody hears of a step that was never stored. */
import type { Invariant } from './evidence.ts';
import { indexOf } from './evidence-index.ts';

/** Ids of what a step sends: `<sender>@<step>.<number of the effect>`, with `~<life>` behind it. */
const FROM_STEP = /^(?<sender>.+)@(?<step>\d+)\.(?<effect>\d+)(?:~\d+)?$/;

export const nothingUncommitted: Invariant = {
  id: 'I5',
  title: 'no event is handled, and nothing leaves, in a state that was never stored',
  check: (evidence) => {
    const { steps } = indexOf(evidence);
    const stored = new Map<string, { effects: number; atMs: number }>();
    for (const [address, made] of steps) {
      for (const { record, effects, atMs } of made)
        stored.set(`${address}@${record.step}`, { effects: effects.length, atMs });
    }
    const found: string[] = [];
    for (const happening of evidence.happenings) {
      if (happening.kind !== 'accepted') continue;
      const { id } = happening.envelope;
      const { sender, step, effect } = FROM_STEP.exec(id)?.groups ?? {};
      if (sender === undefined || !steps.has(sender as never)) continue;
      const origin = stored.get(`${sender}@${step}`);
      if (!origin || Number(effect) >= origin.effects)
        found.push(`${id} comes from a step that was never stored`);
      else if (origin.atMs > happening.atMs) found.push(`${id} left before its step was stored`);
    }
    return found;
  },
};
