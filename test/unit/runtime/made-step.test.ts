/** What must confirm a step before it is told. */
import { describe, expect, it } from 'vitest';
import type { Delivery, Refusal, StepOutcome } from '#runtime/kernel/kernel.ts';
import { stepNote } from '#runtime/kernel/note-step.ts';
import { confirmationOf, type MadeStep } from '#runtime/made-step.ts';
import { aRecord, aView, rootAddress } from '#test/support/records.ts';

const record = aRecord(rootAddress('shop', 'a'));

function delivered(overrides: Partial<Delivery> = {}): Delivery {
  const envelope = {
    v: 1 as const,
    kind: 'event' as const,
    id: 'e1',
    to: record.address,
    event: { type: 'GO' },
  };
  return { envelope, log: 'ingress', sequence: 1, ...overrides };
}

/** A step that took one envelope and refused it. */
function refusing(reason: Refusal['reason']): MadeStep {
  const note = stepNote({ record, before: record.state, effects: [], applied: [], refused: [] });
  const outcome: StepOutcome = { record, effects: [], refusals: [{ envelopeId: 'e1', reason }], note };
  return { outcome, view: aView(record), taken: 1 };
}

describe('what confirms a step that only refuses', () => {
  it('is nothing when every later state would refuse it too', () => {
    expect(confirmationOf({ record, revision: 7 }, refusing('stale'), [delivered()])).toBe('nothing');
  });

  it('is its commit when a later state might take it', () => {
    expect(confirmationOf({ record, revision: 7 }, refusing('unhandled'), [delivered()])).toBe('commit');
  });

  it('is that the record is the newest when nobody else can apply it', () => {
    expect(
      confirmationOf({ record, revision: 7 }, refusing('unhandled'), [delivered({ direct: true })]),
    ).toBe('newest');
  });

  it.each([{}, { direct: true as const }])('is its commit when the record may be old: %j', (how) => {
    const old = { record, revision: 7, mayBeOld: true as const };
    expect(confirmationOf(old, refusing('stale'), [delivered(how)])).toBe('commit');
  });
});
