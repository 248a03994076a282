/** From a draft to the outcome of its step. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Draft } from './draft.ts';
import type { RecordFrame } from './finish-step.ts';
import type { Delivery, StepOutcome } from './kernel.ts';
import { stepNote } from './note-step.ts';
import type { Taken } from './take-deliveries.ts';

/** The frame of the step after `record`. */
export function frameAfter(
  record: ActorRecord,
  read: Pick<RecordFrame, 'applied' | 'heard' | 'heardLives' | 'keys' | 'asked'>,
): RecordFrame {
  const { startedAtMs, startedBy, life, definition } = record;
  const step = record.step + 1;
  return {
    step,
    ...read,
    ...(startedBy === undefined ? {} : { startedBy }),
    ...(life === undefined ? {} : { life }),
    startedAtMs,
    definition,
  };
}

/** One time for the whole step: never before an earlier step, nor before the alarm that caused it. */
export function stepTimeMs(
  record: ActorRecord,
  { deliveries, nowMs }: { deliveries: readonly Delivery[]; nowMs: number },
): number {
  const alarms = deliveries.map(({ envelope }) => (envelope.kind === 'wake' ? envelope.dueAtMs : 0));
  return Math.max(nowMs, record.updatedAtMs, ...alarms);
}

export function outcomeOf(
  draft: Draft,
  args: {
    record: ActorRecord;
    before: ActorRecord['state'] | undefined;
    taken: Taken;
    sizeChars?: number | undefined;
  },
): StepOutcome {
  const { record, before, taken, sizeChars } = args;
  const { notes, keys: _keys, asked: _asked, ...fates } = taken;
  const { effects } = draft.state;
  return {
    record,
    effects,
    ...fates,
    note: stepNote({ record, before, effects, ...notes }),
    ...(sizeChars === undefined ? {} : { sizeChars }),
  };
}
