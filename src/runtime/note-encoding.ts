/**
 * A step's note in the bounds of a header: cut, never refused, and it says how much was left out.
 *
 * What was emitted goes first: it exists nowhere else. Envelopes come next, those that were refused before the others.
 */
import { StepNote, type AppliedNote, type RefusedNote } from '#contracts/step-note.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import { asciiJson } from './ascii-json.ts';

/** Of ASCII JSON, as it is stored. */
export const NOTE_CHARS_MAX = 8 * 1024;
export const NOTE_ENVELOPES_MAX = 32;

/** The note as ASCII JSON. @throws ZodError a programming error */
export function encodeNote(note: StepNote): string {
  const whole = StepNote.parse(note);
  if (whole.applied.length + whole.refused.length <= NOTE_ENVELOPES_MAX) {
    const text = asciiJson(JSON.stringify(whole));
    if (text.length <= NOTE_CHARS_MAX) return text;
  }
  return asciiJson(JSON.stringify(cut(whole)));
}

function cut(whole: StepNote): StepNote {
  const { before, applied, refused, emitted, ...rest } = whole;
  const frame = { ...rest, applied: [], refused: [], emitted: [], left: 999_999 };
  // a state value that fills the note says less than what the step did
  const isBeforeSmall = sizeOf(before ?? '') <= NOTE_CHARS_MAX / 4;
  const room = { chars: NOTE_CHARS_MAX - sizeOf(frame) - (isBeforeSmall ? sizeOf({ before }) : 0) };
  const emittedKept = take<ActorEvent>(emitted, { room, countMax: Infinity });
  const refusedKept = take<RefusedNote>(refused, { room, countMax: NOTE_ENVELOPES_MAX / 2 });
  const countMax = NOTE_ENVELOPES_MAX - refusedKept.length;
  const appliedKept = take<AppliedNote>(applied, { room, countMax });
  const left =
    emitted.length -
    emittedKept.length +
    (refused.length - refusedKept.length) +
    (applied.length - appliedKept.length);
  return {
    ...rest,
    ...(before === undefined || !isBeforeSmall ? {} : { before }),
    applied: appliedKept,
    refused: refusedKept,
    emitted: emittedKept,
    ...(left > 0 ? { left } : {}),
  };
}

/** The first ones that fit, in order; a large one is skipped so that those behind it are told. */
function take<T>(items: readonly T[], args: { room: { chars: number }; countMax: number }): T[] {
  const kept: T[] = [];
  for (const item of items) {
    if (kept.length >= args.countMax) break;
    const chars = sizeOf(item) + 1;
    if (chars > args.room.chars) continue;
    args.room.chars -= chars;
    kept.push(item);
  }
  return kept;
}

function sizeOf(value: unknown): number {
  return asciiJson(JSON.stringify(value)).length;
}
