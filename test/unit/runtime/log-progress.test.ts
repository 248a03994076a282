import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogProgress } from '#runtime/log-progress.ts';

function progressOf(args: { opened: readonly number[]; closed: readonly number[] }): LogProgress {
  const progress = new LogProgress();
  for (const sequence of args.opened) progress.opened(sequence);
  for (const sequence of args.closed) progress.closed(sequence);
  return progress;
}

describe('the progress of a log', () => {
  it('forgets everything below the lowest entry that is open', () => {
    const progress = progressOf({ opened: [3, 5, 9, 12], closed: [3, 9] });
    expect(progress.openCount).toBe(2);
    expect(progress.takePurge()).toBe(5);
    progress.closed(5);
    expect(progress.takePurge()).toBe(12);
  });

  it('forgets all that was read when nothing is open', () => {
    expect(progressOf({ opened: [3, 5], closed: [5, 3] }).takePurge()).toBe(6);
  });

  it('asks for a purge only when there is more to forget', () => {
    const progress = progressOf({ opened: [3, 5], closed: [3] });
    expect(progress.takePurge()).toBe(5);
    expect(progress.takePurge()).toBeNull();
    progress.purgeFailed();
    expect(progress.takePurge()).toBe(5);
    expect(new LogProgress().takePurge()).toBeNull();
  });

  it('never forgets an open entry, whatever the order of closing', () => {
    const steps = fc.array(fc.record({ open: fc.integer({ min: 1, max: 5 }), close: fc.nat() }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(steps, (script) => {
        const progress = new LogProgress();
        const open: number[] = [];
        let sequence = 0;
        for (const { open: gap, close } of script) {
          sequence += gap;
          progress.opened(sequence);
          open.push(sequence);
          if (close % 3 > 0)
            for (const closed of open.splice(close % open.length, 1)) progress.closed(closed);
          const below = progress.takePurge();
          if (below !== null) expect(Math.min(...open, sequence + 1)).toBeGreaterThanOrEqual(below);
        }
      }),
    );
  });

  it('knows what was read before, whether it is applied or not, when another reader begins with the oldest entry', () => {
    const progress = new LogProgress();
    for (const sequence of [3, 5]) progress.opened(sequence);
    progress.closed(3);
    expect([3, 5, 6].map((sequence) => progress.isKnown(sequence))).toEqual([true, true, false]);
  });
});
