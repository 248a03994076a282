/** Proves that the linter still sees: each rule we count on is planted once and must fire. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './source-file.ts';

type Report = { diagnostics: { code: string; filename: string }[] };

const LONG_FUNCTION = `export function long(): number {\n${'  Math.abs(1);\n'.repeat(71)}  return 1;\n}\n`;

const PLANTED: readonly [rule: string, path: string, text: string][] = [
  ['no-floating-promises', 'src/a1.ts', 'export function f(): void {\n  Promise.resolve(1);\n}\n'],
  [
    'switch-exhaustiveness-check',
    'src/a2.ts',
    "export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n      break;\n  }\n}\n",
  ],
  ['no-explicit-any', 'src/a3.ts', 'export const a: any = 1;\n'],
  ['no-non-null-assertion', 'src/a4.ts', 'export const f = (x?: string): string => x!;\n'],
  [
    'consistent-type-imports',
    'src/a5.ts',
    "import { B } from './a6.ts';\nexport const f = (b: B): B => b;\n",
  ],
  ['no-default-export', 'src/a7.ts', 'export default 1;\n'],
  ['max-params', 'src/a8.ts', 'export const f = (a: 1, b: 1, c: 1, d: 1): number => a + b + c + d;\n'],
  ['max-lines-per-function', 'src/a9.ts', LONG_FUNCTION],
  ['no-console', 'src/b1.ts', 'console.log(1);\n'],
  ['filename-case', 'src/badName.ts', 'export const a = 1;\n'],
  [
    'no-restricted-imports',
    'src/b2.ts',
    "import { connect } from '@nats-io/transport-node';\nexport const c = connect;\n",
  ],
  ['no-restricted-globals', 'machines/b3.ts', 'setTimeout(() => 1, 1);\n'],
  ['no-restricted-properties', 'machines/b4.ts', 'export const now = Date.now();\n'],
  ['no-focused-tests', 'test/b5.test.ts', "import { it } from 'vitest';\nit.only('x', () => {});\n"],
];

describe('the linter', () => {
  let folder: string;
  let report: Report;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'windlass-lint-'));
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) {
      await copyFile(path.join(ROOT, name), path.join(folder, name));
    }
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    await writeFile(path.join(folder, '.gitignore'), 'node_modules\n');
    const files = [...PLANTED, ['', 'src/a6.ts', 'export type B = string;\n'] as const];
    for (const [, name, text] of files) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    const oxlint = path.join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint');
    const output = await new Promise<string>((resolve) => {
      const options = ['--type-aware', '--format=json', 'src', 'machines', 'test'];
      execFile(process.execPath, [oxlint, ...options], { cwd: folder }, (_, stdout) => resolve(stdout));
    });
    report = JSON.parse(output) as Report;
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(PLANTED)('finds %s', (rule, name) => {
    const codes = report.diagnostics.filter((found) => found.filename === name).map((found) => found.code);
    expect(codes).toContainEqual(expect.stringContaining(`(${rule})`));
  });
});
