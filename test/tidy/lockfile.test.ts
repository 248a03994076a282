import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingFromLockfile } from './lockfile-rule.ts';
import { ROOT, toLines } from './source-file.ts';

describe('the lockfile', () => {
  it('holds every platform package, so that npm ci works everywhere', () => {
    const lockText = readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8');
    expect(toLines(missingFromLockfile(lockText))).toEqual([]);
  });

  it('is caught when it lacks one', () => {
    const tool = { optionalDependencies: { '@tool/linux': '1.0.0', '@tool/darwin': '1.0.0' } };
    const packages = { 'node_modules/tool': tool, 'node_modules/@tool/linux': {} };
    const findings = missingFromLockfile(JSON.stringify({ packages }, null, 2));
    expect(toLines(findings)).toEqual([
      'package-lock.json:3: lacks @tool/darwin, wanted by node_modules/tool: npm ci will fail; take another version',
    ]);
  });
});
