/** I2: whatever was accepted for an actor is applied, or refused for a reason that holds for ever. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { isDecided } from '#runtime/kernel/asked.ts';
import type { Evidence, Invariant } from './evidence.ts';
import { indexOf, isParked, type Entry } from './evidence-index.ts';

export const nothingLost: Invariant = {
  id: 'I2',
  title: 'every accepted command has a step, or a recorded refusal',
  check: (evidence) => {
    const index = indexOf(evidence);
    const found: string[] = [];
    for (const [address, entries] of index.entries) {
      const record = evidence.records.get(address);
      const open = entries.filter(
        (entry) => !isParked(index, entry) && entry.sequence > (record?.applied[entry.log] ?? 0),
      );
      for (const entry of open) {
        if (mayBeForgotten(entry, { evidence, entries })) continue;
        found.push(`${entry.envelope.kind} ${entry.envelope.id} reached nobody`);
      }
    }
    return found;
  },
};

/** Refused without a step: what comes after the end, again, or for an earlier visit. */
function mayBeForgotten(
  { envelope, sequence, log }: Entry,
  { evidence, entries }: { evidence: Evidence; entries: readonly Entry[] },
): boolean {
  const record = evidence.records.get(envelope.to);
  if (!record) return false;
  if (record.status !== 'active') return true;
  const isAgain = entries.some(
    (other) => other.log === log && other.sequence < sequence && other.envelope.id === envelope.id,
  );
  return isAgain || isDecided(record.asked ?? {}, envelope) || !isNews(envelope, record.children);
}

/** Whether a step would have to tell of it, also when it refuses. */
function isNews(envelope: Envelope, children: ActorRecord['children']): boolean {
  if (envelope.kind === 'event') return !envelope.event.type.startsWith('xstate.');
  if (envelope.kind === 'activity-result' || envelope.kind === 'activity-progress')
    return children[envelope.childId]?.birth === envelope.birth && !children[envelope.childId]?.finished;
  return envelope.kind !== 'start' && envelope.kind !== 'wake' && envelope.kind !== 'activity-started';
}
