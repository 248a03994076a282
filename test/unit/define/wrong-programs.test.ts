/**
 * Runs the compiler on wrong programs and demands its complaints: a type that came to accept anything would make
 * `npm run verify` complain of an unused directive, and this test of a missing diagnostic.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const folder = path.join(ROOT, '.windlass', `wrong-programs-${process.pid}`);
const DIRECTIVE = /\/\/ @ts-expect-error (?<what>.*)/;

/** What the compiler says, by file and line. */
type Complaint = { file: string; line: number; code: string };

function compile(): Promise<Complaint[]> {
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '--project', folder, '--pretty', 'false'], (_error, stdout) => {
      const found = [...stdout.matchAll(/^(?<file>[^(\n]+)\((?<line>\d+),\d+\): error (?<code>TS\d+)/gm)];
      resolve(
        found.map(({ groups }) => ({
          file: path.basename(groups?.['file'] ?? ''),
          line: Number(groups?.['line']),
          code: groups?.['code'] ?? '',
        })),
      );
    });
  });
}

describe('wrong programs', () => {
  /** What is wrong, by the line it is on. */
  const wanted = new Map<number, string>();
  let complaints: Complaint[] = [];

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    for (const file of ['delivery.ts', 'report.ts', 'right.ts', 'wrong.ts']) {
      const text = await readFile(path.join(ROOT, 'test', 'compile', file), 'utf8');
      const lines = text.split('\n').map((line, index) => {
        const what = DIRECTIVE.exec(line)?.groups?.['what'];
        // the statement starts on the next line, and lines count from 1
        if (what !== undefined) wanted.set(index + 2, what);
        return what === undefined ? line : '//';
      });
      await writeFile(path.join(folder, file), lines.join('\n'));
    }
    const config = { extends: '../../tsconfig.json', include: ['*.ts'] };
    await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
    complaints = await compile();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are refused for each mistake in them, and for nothing else', () => {
    expect(wanted.size).toBeGreaterThan(15);
    const found = complaints.map(({ file, line }) => `${file}:${line}: ${wanted.get(line) ?? 'unexpected'}`);
    expect(new Set(found)).toEqual(new Set([...wanted].map(([line, what]) => `wrong.ts:${line}: ${what}`)));
  });

  it('are refused as what they are: types and arguments that do not fit', () => {
    const codes = new Set(complaints.map(({ code }) => code));
    const misfits = [
      'TS2322',
      'TS2339',
      'TS2345',
      'TS2353',
      'TS2375',
      'TS2741',
      'TS2820',
      'TS2379',
      'TS2769',
      'TS2561',
      'TS2554',
    ];
    expect([...codes].filter((code) => !misfits.includes(code))).toEqual([]);
  });
});
