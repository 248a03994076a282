/** I4: each step was made from the one before it, by whoever owned the partition when it told anyone anything. */
import type { Address } from '#contracts/address.ts';
import type { Committed } from '../engine/history.ts';
import type { Invariant } from './evidence.ts';

/** Effects that leave the actor: with them a step is fenced by the owner's epoch. */
const TELLING: ReadonlySet<string> = new Set([
  'send',
  'start-actor',
  'stop-actor',
  'run-activity',
  'set-wake',
  'system-id',
  'system-event',
]);

export const oneWriter: Invariant = {
  id: 'I4',
  title: 'one writer for each revision: an owner that was fenced out changes nothing',
  check: ({ happenings }) => {
    const epochs = new Map<string, number>();
    const revisions = new Map<Address, number>();
    const found: string[] = [];
    for (const happening of happenings) {
      if (happening.kind === 'owned')
        epochs.set(`${happening.service}/${happening.partition}`, happening.epoch);
      if (happening.kind !== 'committed') continue;
      const { address, expectedRevision, revision, record } = happening;
      const known = revisions.get(address) ?? 0;
      if (expectedRevision !== known)
        found.push(
          `${address} step ${record.step} was made from revision ${expectedRevision}, not from ${known}`,
        );
      revisions.set(address, revision);
      const epoch = epochs.get(`${happening.service}/${happening.partition}`) ?? 0;
      if (isTelling(happening) && happening.epoch !== epoch)
        found.push(`${address} step ${record.step} came from epoch ${happening.epoch} under epoch ${epoch}`);
    }
    return found;
  },
};

function isTelling({ effects }: Committed): boolean {
  return effects.some(({ kind }) => TELLING.has(kind));
}
