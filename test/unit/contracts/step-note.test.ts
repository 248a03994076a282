import { describe, expect, it } from 'vitest';
import { addressOf } from '#contracts/address.ts';
import { appliedText } from '#contracts/step-note.ts';
import { appliedNote } from '#runtime/kernel/note-step.ts';

const base = {
  v: 1,
  id: 'e1',
  to: addressOf({ service: 'shop', type: 'order', root: 'o', id: 'o' }),
} as const;
const attempt = { childId: 'charge', birth: 1, attempt: 1 } as const;
const failure = { code: 'BUSY', message: 'try again', kind: 'transient' } as const;

describe('what a step applied, for a person', () => {
  it('is the type of an event, and the kind of what has none', () => {
    expect(appliedText(appliedNote({ ...base, kind: 'event', event: { type: 'PAY' } }))).toBe('PAY');
    expect(appliedText(appliedNote({ ...base, kind: 'wake', dueAtMs: 1 }))).toBe('wake');
  });

  it('names the activity, and how its attempt ended', () => {
    const succeeded = {
      ...base,
      kind: 'activity-result',
      ...attempt,
      outcome: { status: 'succeeded' },
    } as const;
    expect(appliedText(appliedNote(succeeded))).toBe('charge succeeded');
    const failed = { ...succeeded, attempt: 2, outcome: { status: 'failed', failure } } as const;
    expect(appliedText(appliedNote(failed))).toBe('charge, attempt 2 failed');
    expect(appliedText(appliedNote({ ...base, kind: 'activity-started', ...attempt, startedAtMs: 1 }))).toBe(
      'charge started',
    );
  });
});
