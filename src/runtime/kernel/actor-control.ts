/**
 * What holds for an actor apart from its machine: paused, stalled, mail kept, a cancel asked for, events nobody took.
 *
 * P1 While an actor is paused or stalled nothing is applied. What arrives is kept in its record, in order, the results
 *    of activities too; an alarm that rings fires nothing.
 * P2 Once it goes on, what was kept is applied first, a part with each step, before anything that arrives later. Then
 *    timers that were due meanwhile fire, in the order in which they were due.
 * P3 Activities go on while their actor is paused, and so do their deadlines: what was to be called is called. An
 *    outcome that arrived in time counts, because it is applied before any deadline is looked at.
 * P4 What does not fit any more is handed back to be parked: nothing is lost in silence.
 */
import type {
  ActorRecord,
  CancelRequested,
  HeldEnvelope,
  Pause,
  Stall,
  Unhandled,
} from '#contracts/actor-record.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Delivery } from './kernel.ts';

/** Envelopes kept for one actor. */
export const HELD_ENVELOPES_MAX = 1_000;
/** Envelopes kept from a hold that one step applies. */
export const HELD_PER_STEP = 256;
/** Characters of JSON kept for one actor. */
export const HELD_CHARS_MAX = 256 * 1024;

export type Control = {
  paused: Pause | undefined;
  stalled: Stall | undefined;
  held: HeldEnvelope[];
  /** Of `held`, as JSON; measured when it is needed. */
  heldChars: number | undefined;
  unhandled: Unhandled | undefined;
  cancelRequested: CancelRequested | undefined;
};

/** What of a record is control. */
type Controlled = Pick<ActorRecord, 'paused' | 'stalled' | 'held' | 'unhandled' | 'cancelRequested'>;

/** The control of a record, or of an actor that is about to be born. */
export function controlOf(record: Controlled = {}): Control {
  const { paused, stalled, held = [], unhandled, cancelRequested } = record;
  return { paused, stalled, held: [...held], heldChars: undefined, unhandled, cancelRequested };
}

/** As it stands in a record: nothing that is empty. */
export function controlFields(control: Control): Controlled {
  const { paused, stalled, held, unhandled, cancelRequested } = control;
  return {
    ...(paused === undefined ? {} : { paused }),
    ...(stalled === undefined ? {} : { stalled }),
    ...(held.length === 0 ? {} : { held }),
    ...(unhandled === undefined ? {} : { unhandled }),
    ...(cancelRequested === undefined ? {} : { cancelRequested }),
  };
}

/** Whether nothing may be applied. */
export function isOnHold({ paused, stalled }: Pick<Control, 'paused' | 'stalled'>): boolean {
  return paused !== undefined || stalled !== undefined;
}

/** Whether mail is left from a time when the actor was on hold: it must be applied first. */
export function isDraining(record: Controlled): boolean {
  return !isOnHold({ paused: record.paused, stalled: record.stalled }) && (record.held?.length ?? 0) > 0;
}

/** Keeps an envelope; false when there is no room for it. */
export function hold(control: Control, delivery: Delivery): boolean {
  const { log, sequence, envelope } = delivery;
  forgetSuperseded(control, envelope);
  const kept: HeldEnvelope = { log, sequence, envelope };
  control.heldChars ??= JSON.stringify(control.held).length;
  const chars = control.heldChars + JSON.stringify(kept).length + 1;
  if (control.held.length >= HELD_ENVELOPES_MAX || chars > HELD_CHARS_MAX) return false;
  control.held.push(kept);
  control.heldChars = chars;
  return true;
}

/** Of the signs of life of one attempt only the newest means anything: a long pause must not fill the mail with them. */
function forgetSuperseded(control: Control, envelope: Envelope): void {
  if (envelope.kind !== 'activity-progress') return;
  const { childId, birth, attempt } = envelope;
  const index = control.held.findIndex(
    ({ envelope: kept }) =>
      kept.kind === 'activity-progress' &&
      kept.childId === childId &&
      kept.birth === birth &&
      kept.attempt === attempt &&
      kept.replyTo === undefined,
  );
  if (index < 0) return;
  control.held.splice(index, 1);
  control.heldChars = undefined;
}
