import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StepNote } from '#contracts/step-note.ts';
import { encodeNote, NOTE_CHARS_MAX, NOTE_ENVELOPES_MAX } from '#runtime/note-encoding.ts';

const note = (changes: Partial<StepNote>): StepNote => ({
  v: 1,
  step: 2,
  atMs: 3,
  before: 'waiting',
  applied: [],
  refused: [],
  emitted: [],
  ...changes,
});
const envelopes = (count: number, text = ''): StepNote['applied'] =>
  Array.from({ length: count }, (_, index) => ({ id: `e${index}${text}`, kind: 'event', type: 'GO' }));

const decoded = (whole: StepNote): StepNote => StepNote.parse(JSON.parse(encodeNote(whole)));

describe('the note of a step in a header', () => {
  it('is stored whole when it is small', () => {
    const whole = note({ applied: envelopes(3), emitted: [{ type: 'SAID', text: 'é✓😀' }] });
    expect(decoded(whole)).toEqual(whole);
  });

  it('keeps so many envelopes, and counts the others', () => {
    const refused = [{ id: 'r', reason: 'unhandled' }];
    const kept = decoded(note({ applied: envelopes(50), refused }));
    expect(kept.refused).toEqual(refused);
    expect(kept.applied).toHaveLength(NOTE_ENVELOPES_MAX - 1);
    expect(kept.left).toBe(50 - (NOTE_ENVELOPES_MAX - 1));
  });

  it('skips an event that is too large and tells those behind it', () => {
    const large = { type: 'LARGE', text: 'x'.repeat(NOTE_CHARS_MAX) };
    const kept = decoded(note({ emitted: [large, { type: 'SMALL' }] }));
    expect(kept).toMatchObject({ emitted: [{ type: 'SMALL' }], left: 1, before: 'waiting' });
  });

  it('is never larger than its bound, in ASCII, and loses nothing without counting it', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3_000 });
    const event = fc.record({ type: fc.string({ minLength: 1, maxLength: 40 }), text });
    const whole = fc.record({
      before: text,
      applied: fc.array(text).map((texts) => texts.map((id) => ({ id, kind: 'event' }))),
      refused: fc.array(text).map((texts) => texts.map((id) => ({ id, reason: 'stale' }))),
      emitted: fc.array(event),
    });
    fc.assert(
      fc.property(whole, (changes) => {
        const encoded = encodeNote(note(changes));
        expect(encoded.length).toBeLessThanOrEqual(NOTE_CHARS_MAX);
        expect(encoded).toMatch(/^[\x20-\x7e]*$/);
        const kept = StepNote.parse(JSON.parse(encoded));
        const count = ({ applied, refused, emitted }: Pick<StepNote, 'applied' | 'refused' | 'emitted'>) =>
          applied.length + refused.length + emitted.length;
        expect(count(kept) + (kept.left ?? 0)).toBe(count(changes));
      }),
    );
  });
});
