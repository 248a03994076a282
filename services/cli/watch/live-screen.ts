/** Shows a tree that changes: redrawn in place on a terminal, one line a change elsewhere. */
import type { WriteStream } from 'node:tty';
import { createLogUpdate } from 'log-update';
import type { Output } from '../output.ts';
import { treeLines, type TreeLine, type ViewsByAddress } from './execution-tree.ts';
import { paintFor } from './tone-style.ts';
import { changeText, changesBetween, fitRows, screenOf, type Paint } from './tree-text.ts';

const REDRAW_MS = 100;
const TICK_MS = 1_000;

export interface LiveScreen {
  show(views: ViewsByAddress): void;
  /** Draws the last state for good. */
  close(): void;
}

export function openLiveScreen(output: Output, stream: WriteStream): LiveScreen {
  const paint = paintFor(output, stream);
  return stream.isTTY ? terminalScreen(stream, paint) : lineScreen(stream, paint);
}

function terminalScreen(stream: WriteStream, paint: Paint): LiveScreen {
  const log = createLogUpdate(stream);
  let views: ViewsByAddress = new Map();
  let redraw: NodeJS.Timeout | undefined;
  const textOf = (fit: (lines: TreeLine[]) => TreeLine[]): string => {
    const nowMs = Date.now();
    const lines = fit(treeLines(views, nowMs));
    return screenOf(lines, { nowMs, paint, columns: stream.columns }).join('\n');
  };
  const draw = (): void => log(textOf((lines) => fitRows(lines, Math.max(5, (stream.rows ?? 24) - 1))));
  // Durations and countdowns move on between changes.
  const tick = setInterval(draw, TICK_MS);
  return {
    show: (next) => {
      views = next;
      redraw ??= setTimeout(() => {
        redraw = undefined;
        draw();
      }, REDRAW_MS);
    },
    close: () => {
      clearInterval(tick);
      clearTimeout(redraw);
      log.clear();
      log.done();
      stream.write(`${textOf((lines) => lines)}\n`);
    },
  };
}

function lineScreen(stream: WriteStream, paint: Paint): LiveScreen {
  let shown: TreeLine[] = [];
  return {
    show: (views) => {
      const nowMs = Date.now();
      const lines = treeLines(views, nowMs);
      for (const line of changesBetween(shown, lines))
        stream.write(`${changeText(line, { nowMs, paint })}\n`);
      shown = lines;
    },
    close: () => undefined,
  };
}
