/** From the lines of a tree to text: one screen, or one line a change. Pure; colours come from `paint`. */
import type { Tone } from '#contracts/tone.ts';
import type { TreeLine } from './execution-tree.ts';

const MARKS: Readonly<Record<Tone, string>> = {
  waiting: '◷',
  running: '●',
  good: '✔',
  bad: '✘',
  muted: '·',
};

export type Paint = (tone: Tone, text: string) => string;

/** The whole tree. A line that gets too long is cut, so that redrawing in place stays possible. */
export function screenOf(
  lines: readonly TreeLine[],
  options: { nowMs: number; paint: Paint; columns?: number },
): string[] {
  return lines.map((line) => {
    const indent = '  '.repeat(line.depth);
    const time = durationText(line, options.nowMs);
    const head = `${indent}${MARKS[line.tone]} ${line.label}`;
    const tail = [line.status, time, line.task, line.notes].filter(Boolean).join('  ');
    const space = (options.columns ?? Infinity) - head.length - 2;
    const shown = tail.length > space ? `${tail.slice(0, Math.max(0, space - 1))}…` : tail;
    return `${indent}${options.paint(line.tone, MARKS[line.tone])} ${line.label}  ${options.paint(line.tone, shown)}`;
  });
}

/**
 * As many lines as fit: what is below a stage that ended well goes first, the oldest stage first; then the tail goes.
 */
export function fitRows(lines: readonly TreeLine[], rowsMax: number): TreeLine[] {
  let fitted = [...lines];
  for (const stage of lines.filter(({ depth, tone }) => depth === 1 && tone === 'good')) {
    if (fitted.length <= rowsMax) break;
    const start = fitted.indexOf(stage) + 1;
    const next = fitted.findIndex(({ depth }, index) => index >= start && depth <= 1);
    fitted = fitted.filter((_, index) => index < start || index >= (next === -1 ? fitted.length : next));
  }
  return fitted.slice(0, rowsMax);
}

/** What is new between two trees, in the order of the second: for logs and pipes. First attempts are not told. */
export function changesBetween(before: readonly TreeLine[], after: readonly TreeLine[]): TreeLine[] {
  const known = new Map(before.map((line) => [line.key, stateOf(line)]));
  return after.filter((line) => {
    if (line.status === 'attempt 1' || line.status === 'NOT_STARTED') return false;
    return known.get(line.key) !== stateOf(line);
  });
}

/** One change as a line of its own. */
export function changeText(line: TreeLine, options: { nowMs: number; paint: Paint }): string {
  const time = line.endedAtMs === undefined ? '' : durationText(line, options.nowMs);
  const tail = [line.status, time, line.notes].filter(Boolean).join('  ');
  const indent = '  '.repeat(line.depth);
  return `${indent}${options.paint(line.tone, MARKS[line.tone])} ${line.label}  ${options.paint(line.tone, tail)}`;
}

/** Everything that counts as a change; durations and countdowns do not. */
function stateOf(line: TreeLine): string {
  return `${line.status}|${line.notes.replace(/next attempt in \d+ s/, 'waits')}`;
}

function durationText(line: TreeLine, nowMs: number): string {
  if (line.startedAtMs === undefined) return '';
  const tenths = Math.max(0, Math.round(((line.endedAtMs ?? nowMs) - line.startedAtMs) / 100));
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(tenths / 10);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
