import { describe, expect, it } from 'vitest';
import { treeLines, type TreeLine } from '#services/cli/watch/execution-tree.ts';
import { changeText, changesBetween, fitRows, screenOf } from '#services/cli/watch/tree-text.ts';
import { STARTED_AT_MS, executionView, stageView, viewsOf } from './execution-views.ts';

const plain = { nowMs: STARTED_AT_MS + 1_500, paint: (_tone: unknown, text: string) => text };
const line = (changes: Partial<TreeLine> = {}): TreeLine => ({
  key: 'a',
  depth: 1,
  tone: 'running',
  label: '1 Deploy',
  status: 'RUNNING',
  notes: '',
  startedAtMs: STARTED_AT_MS,
  ...changes,
});

describe('screenOf', () => {
  it('indents by depth and shows how long a thing has run', () => {
    expect(screenOf([line()], plain)).toEqual(['  ● 1 Deploy  RUNNING  1.5 s']);
  });

  it.each([
    [59_900, '59.9 s'],
    [61_000, '1 min 1 s'],
    [7_260_000, '2 h 1 min'],
  ])('writes %i ms as %s', (durationMs, text) => {
    expect(screenOf([line({ endedAtMs: STARTED_AT_MS + durationMs })], plain)[0]).toContain(text);
  });

  it('cuts a line that is wider than the terminal', () => {
    const [cut = ''] = screenOf([line({ notes: 'x'.repeat(200) })], { ...plain, columns: 40 });
    expect(cut.length).toBeLessThanOrEqual(40);
    expect(cut.endsWith('…')).toBe(true);
  });
});

describe('fitRows', () => {
  const tree = [
    line({ key: 'root', depth: 0 }),
    line({ key: 'first', tone: 'good' }),
    line({ key: 'first operation', depth: 2, tone: 'good' }),
    line({ key: 'second', tone: 'good' }),
    line({ key: 'second operation', depth: 2, tone: 'good' }),
    line({ key: 'third' }),
    line({ key: 'third operation', depth: 2 }),
  ];
  const keys = (rowsMax: number) => fitRows(tree, rowsMax).map(({ key }) => key);

  it('keeps everything that fits', () => {
    expect(fitRows(tree, 7)).toEqual(tree);
  });

  it('hides what is below the oldest stage that ended well, and keeps what runs', () => {
    expect(keys(6)).toEqual(['root', 'first', 'second', 'second operation', 'third', 'third operation']);
    expect(keys(5)).toEqual(['root', 'first', 'second', 'third', 'third operation']);
  });

  it('cuts the tail when nothing else can go', () => {
    expect(keys(4)).toEqual(['root', 'first', 'second', 'third']);
  });
});

describe('changesBetween', () => {
  it('tells a new status once', () => {
    const done = line({ status: 'SUCCEEDED', tone: 'good' });
    expect(changesBetween([line()], [done])).toEqual([done]);
    expect(changesBetween([done], [done])).toEqual([]);
  });

  it('tells no passing time and no countdown', () => {
    const waits = (seconds: number) =>
      line({ status: 'attempt 2', notes: `next attempt in ${seconds} s; X: y` });
    expect(changesBetween([waits(3)], [waits(2)])).toEqual([]);
  });

  it('tells a second attempt, and no first one', () => {
    const [first, second] = [line({ status: 'attempt 1' }), line({ status: 'attempt 2' })];
    expect(changesBetween([], [first])).toEqual([]);
    expect(changesBetween([first], [second])).toEqual([second]);
  });

  it('tells a start once, although the execution knows of it before the stage does', () => {
    const stage = { refId: '1', type: 'deploy', name: 'Stage 1', status: 'RUNNING' } as const;
    const before = treeLines(viewsOf(executionView([stage])), plain.nowMs);
    const after = treeLines(viewsOf(executionView([stage]), stageView({ refId: '1' })), plain.nowMs);
    expect(changesBetween([], before).map(({ label }) => label)).toContain('1 Stage 1');
    expect(changesBetween(before, after)).toEqual([]);
  });

  it('writes how long a thing took when it has ended', () => {
    expect(changeText(line(), plain)).toBe('  ● 1 Deploy  RUNNING');
    const ended = line({ status: 'SUCCEEDED', tone: 'good', endedAtMs: STARTED_AT_MS + 900 });
    expect(changeText(ended, plain)).toBe('  ✔ 1 Deploy  SUCCEEDED  0.9 s');
  });
});
