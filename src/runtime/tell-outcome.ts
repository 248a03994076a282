/** Tells requesters and listeners what came of a step's envelopes. After the commit only. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Waiting } from './activations.ts';
import { answer } from './answers.ts';
import { RECORD_CHARS_SOFT_MAX } from './kernel/finish-step.ts';
import type { StepOutcome } from './kernel/kernel.ts';
import type { Replies } from './ports.ts';
import type { RuntimeEvents } from './runtime-events.ts';

export const MAILBOX_FULL = 'MAILBOX_FULL';

/** `record` is the stored one; it is older than the outcome when nothing was worth a commit. */
export function tellOutcome(
  to: { replies: Replies; events: RuntimeEvents },
  args: { taken: readonly Waiting[]; outcome: StepOutcome; record: ActorRecord },
): void {
  const { taken, outcome, record } = args;
  const { replies, events } = to;
  const tell = (envelope: Envelope, reason: string | undefined): void => {
    if (reason) events.refused({ envelope, reason });
    answer(replies, envelope, { record, ...(reason ? { reason } : { effects: outcome.effects }) });
  };
  for (const { envelope, reason } of outcome.settled ?? []) tell(envelope, reason);
  const reasons = new Map<string, string>();
  for (const { envelopeId, reason } of outcome.refusals) reasons.set(envelopeId, reason);
  for (const { envelope } of outcome.overflow ?? []) reasons.set(envelope.id, MAILBOX_FULL);
  const { held = [] } = outcome;
  for (const { delivery } of taken) {
    const { envelope, direct } = delivery;
    // whoever handed it over hears that it was not taken
    if (direct === true && reasons.get(envelope.id) === MAILBOX_FULL) continue;
    if (!held.includes(envelope.id)) tell(envelope, reasons.get(envelope.id));
  }
  const { unhandled: types = [] } = outcome;
  if (types.length > 0) events.unhandled({ address: record.address, types, record });
}

/** Warns when a record grew over the soft limit. Whether it is over it now. */
export function tellSize(
  events: RuntimeEvents,
  { outcome, wasLarge }: { outcome: StepOutcome; wasLarge: boolean },
): boolean {
  const { sizeChars = 0, record } = outcome;
  const isLarge = sizeChars > RECORD_CHARS_SOFT_MAX;
  if (isLarge && !wasLarge)
    events.largeRecord({ address: record.address, sizeChars, sizeCharsMax: RECORD_CHARS_SOFT_MAX });
  return isLarge;
}
