/**
 * Starts every job of the project, on any Node >= 18 and nothing else: installs what the lockfile says when it
 * changed, picks Node 24, puts it and the installed tools first on PATH, and hands over.
 *
 * Plain JavaScript without dependencies, because it runs before there are any.
 * Usage: node tools/run.mjs <job> [arguments for the job]
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 24;

/** What each job runs under Node 24. */
const JOBS = {
  start: ['services/cli/main.ts', 'demo'],
  dev: ['services/cli/main.ts', 'dev'],
  windlass: ['services/cli/main.ts'],
  test: ['tools/run-tests.ts'],
  verify: ['tools/verify.ts'],
  chaos: ['test/chaos/main.ts'],
  bench: ['bench/main.ts'],
  simulate: ['test/simulation/main.ts'],
  example: ['tools/example.ts'],
  build: ['tools/build.ts'],
  conformance: ['test/conformance/main.ts'],
};

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const inRoot = (...parts) => path.join(root, ...parts);

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** Whether node_modules already holds the versions of the lockfile, say after a manual `npm install`. */
function alreadyInstalled(lockText) {
  const installedPath = inRoot('node_modules', '.package-lock.json');
  if (!existsSync(installedPath)) return false;
  const wanted = JSON.parse(lockText).packages ?? {};
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages ?? {};
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === '') return true;
    if (installed[name]) return installed[name].version === entry.version && existsSync(inRoot(name));
    return entry.optional === true || entry.devOptional === true || entry.peer === true;
  });
}

/** Runs `npm ci` unless the lockfile is the one of the last installation. */
function install() {
  const lockText = readFileSync(inRoot('package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(lockText).digest('hex');
  const mark = inRoot('node_modules', '.windlass-installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === hash) return;
  if (!alreadyInstalled(lockText)) {
    console.error('Installing the dependencies of package-lock.json (once; about half a minute) ...');
    const options = [
      'ci',
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    const npmScript = process.env.npm_execpath;
    const npm = npmScript?.endsWith('.js') ? [process.execPath, npmScript] : ['npm'];
    const result = spawnSync(npm[0], [...npm.slice(1), ...options], {
      cwd: root,
      stdio: ['ignore', 2, 2], // stdout belongs to the job
      shell: process.platform === 'win32' && npm.length === 1,
    });
    if (result.error) fail(`npm could not be started (${result.error.message}): install npm and try again.`);
    if (result.status !== 0)
      fail('The installation failed; its reason is above. Mend it and run the same command again.');
  }
  writeFileSync(mark, hash);
}

/** Path of a Node that is new enough: this one, or the one that came with the dependencies. */
function modernNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const packaged = inRoot(
    'node_modules',
    `node-${platform}-${process.arch}`,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(packaged)) return packaged;
  return fail(
    `Node >= ${NODE_MAJOR_MIN} is needed, this is ${process.version}, and no packaged one fits ` +
      `${process.platform}-${process.arch}. Install Node ${NODE_MAJOR_MIN} and run the command again.`,
  );
}

function run(job, jobArguments) {
  const target = JOBS[job];
  if (!target) fail(`Unknown job '${job ?? ''}'. One of: ${Object.keys(JOBS).join(', ')}.`);
  install();
  if (!existsSync(inRoot(target[0]))) fail(`The job '${job}' needs ${target[0]}, which does not exist.`);
  const node = modernNode();
  const searchPath = [path.dirname(node), inRoot('node_modules', '.bin'), process.env.PATH ?? ''];
  const child = spawn(node, [inRoot(target[0]), ...target.slice(1), ...jobArguments], {
    stdio: 'inherit',
    env: { ...process.env, PATH: searchPath.join(path.delimiter) },
  });
  // The child decides how to end; this process only passes the signal on and waits.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (os.constants.signals[signal] ?? 0)));
}

// `npm run job -- --flag` hands the flag over as it is; a bare `--` in front is dropped.
const [job, ...rest] = process.argv.slice(2);
run(job, rest[0] === '--' ? rest.slice(1) : rest);
