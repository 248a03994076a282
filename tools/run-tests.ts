/**
 * Runs vitest and ends with one line `N passed, N failed`, counted from its own report.
 *
 * Arguments go to vitest as they are. Without `--project` all projects run but `docker`, which needs an engine. Exits non-zero when a test failed, when a file could not be
 * loaded, or when nothing ran at all: silence is not success.
 */
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const reportPath = path.join(root, '.windlass', `test-report-${process.pid}.json`);

const vitestArguments = process.argv.slice(2);
const choosesProjects = vitestArguments.some((argument) => argument.startsWith('--project'));

type Report = { numPassedTests: number; numFailedTests: number; numFailedTestSuites: number };

function runVitest(): Promise<number> {
  const vitest = spawn(
    process.execPath,
    [
      path.join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportPath}`,
      ...(choosesProjects ? [] : ['--project=!docker']),
      ...vitestArguments,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => vitest.kill(signal));
  return new Promise((resolve, reject) => {
    vitest.on('error', reject);
    vitest.on('exit', (code) => resolve(code ?? 1));
  });
}

const exitCode = await runVitest();
const report = await readFile(reportPath, 'utf8').then(
  (text) => JSON.parse(text) as Report,
  () => null,
);
await rm(reportPath, { force: true });

const passed = report?.numPassedTests ?? 0;
const failed = report?.numFailedTests ?? 0;
if (!report) console.error('vitest wrote no report: it ended before the tests did.');
else if (exitCode !== 0 && failed === 0)
  console.error(`vitest failed outside the tests (exit code ${exitCode}).`);
else if (passed + failed === 0) console.error('No test ran.');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = exitCode !== 0 ? exitCode : passed === 0 ? 1 : 0;
