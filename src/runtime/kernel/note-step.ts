/** What a step did, as its history tells it. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { AppliedNote, RefusedNote, StepNote } from '#contracts/step-note.ts';
import type { Effect } from '../effects.ts';
import type { Refusal } from './kernel.ts';

/** What an envelope was, without what it carried. */
export function appliedNote(envelope: Envelope): AppliedNote {
  const { id, kind } = envelope;
  const type = typeOf(envelope);
  const from = 'from' in envelope ? envelope.from : undefined;
  const attempt = attemptOf(envelope);
  return {
    id,
    kind,
    ...(type === undefined ? {} : { type }),
    ...(from === undefined ? {} : { from }),
    ...(attempt === undefined ? {} : { attempt }),
  };
}

function attemptOf(envelope: Envelope): AppliedNote['attempt'] {
  if (!('attempt' in envelope)) return undefined;
  const { childId, attempt: number } = envelope;
  const outcome = envelope.kind === 'activity-result' ? envelope.outcome.status : undefined;
  return { childId, number, ...(outcome === undefined ? {} : { outcome }) };
}

/** What an envelope was that the step did not act on. */
export function refusedNote(envelope: Envelope, reason: Refusal['reason']): RefusedNote {
  const type = typeOf(envelope);
  return { id: envelope.id, ...(type === undefined ? {} : { type }), reason };
}

function typeOf(envelope: Envelope): string | undefined {
  return envelope.kind === 'event' || envelope.kind === 'system-event' ? envelope.event.type : undefined;
}

/** The whole note of a step: whoever stores it cuts it to size. */
export function stepNote(args: {
  record: ActorRecord;
  before: ActorRecord['state'] | undefined;
  effects: readonly Effect[];
  applied: AppliedNote[];
  refused: RefusedNote[];
}): StepNote {
  const { record, before, effects, applied, refused } = args;
  return {
    v: 1,
    step: record.step,
    atMs: record.updatedAtMs,
    ...(before === undefined ? {} : { before: before.value }),
    applied,
    refused,
    emitted: effects.flatMap((effect) => (effect.kind === 'emit' ? [effect.event] : [])),
  };
}
