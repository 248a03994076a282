/**
 * Everything a change must pass besides its tests: format, lint, types, tidy tests, unused code.
 *
 * All checks run, also after one failed, so that one run shows all there is to mend.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const installed = (...parts: string[]): string => path.join(root, 'node_modules', ...parts);

type Check = { name: string; command: readonly string[]; remedy: string };

const CHECKS: readonly Check[] = [
  {
    name: 'format',
    command: [installed('oxfmt', 'bin', 'oxfmt'), '--check'],
    remedy: 'node_modules/.bin/oxfmt',
  },
  {
    name: 'lint',
    command: [installed('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings'],
    remedy: 'mend what is listed; node_modules/.bin/oxlint --fix mends some',
  },
  {
    name: 'types',
    command: [installed('typescript', 'bin', 'tsc'), '--noEmit'],
    remedy: 'mend what is listed',
  },
  {
    name: 'page types',
    command: [installed('typescript', 'bin', 'tsc'), '--noEmit', '-p', 'services/console/page'],
    remedy: 'mend what is listed',
  },
  {
    name: 'tidy',
    command: [installed('vitest', 'vitest.mjs'), 'run', '--project', 'tidy'],
    remedy: 'each finding says what to use instead',
  },
  { name: 'unused', command: [installed('knip', 'bin', 'knip.js')], remedy: 'delete what nobody uses' },
];

const failed: Check[] = [];
const lines: string[] = [];
for (const check of CHECKS) {
  console.log(`\n── ${check.name}`);
  const startedAtMs = performance.now();
  const result = spawnSync(process.execPath, [...check.command], { cwd: root, stdio: 'inherit' });
  const ok = result.status === 0;
  if (!ok) failed.push(check);
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  lines.push(`${ok ? 'ok    ' : 'FAILED'} ${check.name.padEnd(10)} ${seconds} s`);
}

console.log(`\n${lines.join('\n')}`);
for (const check of failed) console.log(`To mend ${check.name}: ${check.remedy}`);
console.log(`${CHECKS.length - failed.length} of ${CHECKS.length} checks passed`);
process.exitCode = failed.length === 0 ? 0 : 1;
