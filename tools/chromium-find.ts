/**
 * Finds a Chromium for the tests of the console, or installs Debian's.
 *
 * Order: `CHROMIUM`, what is installed, Debian's package when apt works and we are root. Otherwise it says what to do:
 * tests without a browser do not pass in silence.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

const INSTALL_TIMEOUT_MS = 480_000;

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome.exe'];

const ELSEWHERE = [
  '/usr/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Keeps it from looking for its maker: it has nothing to say to anyone but the page. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Path of the program. @throws Error saying how to get one */
export function findChromium(): string {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw new Error(`CHROMIUM names '${named}', which is no program. Correct it, or take it away.`);
  }
  return installed() ?? installedFromDebian();
}

function installed(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...onPath, ...ELSEWHERE].find(isProgram);
}

function installedFromDebian(): string {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync('/usr/bin/apt-get')) throw missing('it is not installed here');
  process.stderr.write('Installing Debian’s chromium for the tests of the console (once) ...\n');
  for (const words of [
    ['update', '-qq'],
    ['install', '-qq', '-y', '--no-install-recommends', 'chromium'],
  ]) {
    const { status } = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...words], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: INSTALL_TIMEOUT_MS,
    });
    if (status !== 0) throw missing(`apt-get ${words[0]} failed`);
  }
  const found = installed();
  if (found === undefined) throw missing('apt-get installed none');
  return found;
}

function missing(why: string): Error {
  return new Error(
    `The tests of the console need Chromium: ${why}. Install it (Debian: apt-get install chromium), ` +
      'or name one: CHROMIUM=/path/to/chromium',
  );
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
