/** The table of supported features: every row is held by a test that exists. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');

type Row = { feature: string; file: string; title: string };

function rowsOf(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (Feature|Case|---)/.test(line))
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      const [file = '', ...title] = (cells.at(-2) ?? '').split(': ');
      return { feature: cells[1] ?? '', file, title: title.join(': ') };
    });
}

function testsNamed(file: string): string {
  return globSync(`test/unit/kernel/**/${file}.test.ts`, { cwd: ROOT })
    .map((name) => readFileSync(path.join(ROOT, name), 'utf8'))
    .join('\n');
}

describe('the table of supported features', () => {
  const rows = rowsOf(readFileSync(path.join(ROOT, 'docs', 'xstate-support.md'), 'utf8'));

  it('has rows', () => {
    expect(rows.length).toBeGreaterThan(50);
  });

  it.each(rows)('names a test for: $feature', ({ file, title }) => {
    expect(title).not.toBe('');
    const tests = testsNamed(file);
    expect(["'", '`', '"'].some((quote) => tests.includes(`${quote}${title}${quote}`))).toBe(true);
  });
});
