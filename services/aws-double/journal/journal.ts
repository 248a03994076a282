/**
 * The journal on disk: one JSON line for each change, written before the answer leaves.
 *
 * 1. A line is in the operating system's hands before `append` returns, so kill -9 of this process loses no
 *    answered call. Loss of power may lose the last ones: no fsync, this is a double and not a database.
 * 2. A line that was cut short by a kill was never answered; it is removed when the journal is opened.
 */
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalLine } from './journal-line.ts';

export interface Journal {
  readonly append: (line: JournalLine) => void;
  /** Drops everything and starts with this line. */
  readonly restart: (first: JournalLine) => void;
  readonly close: () => void;
}

/** Keeps nothing: a double without a directory forgets on exit. */
export const volatileJournal: Journal = {
  append: () => undefined,
  restart: () => undefined,
  close: () => undefined,
};

/** Opens the journal of a directory, creating both if needed, and hands every stored line to `replay`. */
export function openJournal(directory: string, replay: (line: JournalLine) => void): Journal {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'journal.jsonl');
  const stored = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const wholeBytes = stored.lastIndexOf('\n') + 1;
  const file = openSync(path, 'a');
  if (wholeBytes < stored.length) ftruncateSync(file, wholeBytes);
  for (const text of stored.subarray(0, wholeBytes).toString().split('\n')) {
    // Written by this class only, so the shape is the one it was given.
    if (text !== '') replay(JSON.parse(text) as JournalLine);
  }
  const append = (line: JournalLine): void => {
    writeWhole(file, `${JSON.stringify(line)}\n`);
  };
  return {
    append,
    restart: (first) => {
      ftruncateSync(file, 0);
      append(first);
    },
    close: () => closeSync(file),
  };
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
}
