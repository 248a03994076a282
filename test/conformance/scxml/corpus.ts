/**
 * The SCXML corpus `@scion-scxml/test-framework`, fetched from the npm registry once per machine.
 *
 * Only its test files are wanted. As a dependency it would bring 195 old packages along, so the archive is taken as it
 * is, checked against the sum below, and unpacked into the cache; nothing of it is ever run or installed.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ENABLED_TESTS } from './enabled-tests.ts';

const VERSION = '2.0.16';
const PACKAGE = `@scion-scxml/test-framework@${VERSION}`;
const SHA512 = '5rRd5CdFLUzmPaO43NSamBmhq6uW/0kUmUneEnqRSbAj0FiFVAINd1DfadUkdECT+xHLARCJZU7meQD4nqYyKw==';
const FETCH_TIMEOUT_MS = 120_000;

const run = promisify(execFile);

/** What a test does: the atomic states that are active after each event. */
export type Script = {
  initialConfiguration: readonly string[];
  events: readonly { after?: number; event: { name: string }; nextConfiguration: readonly string[] }[];
};

export type ScxmlCase = {
  /** `group/name`, as in the corpus. */
  name: string;
  /** Letters and digits only: an actor type. */
  type: string;
  source: string;
  script: Script;
};

/** Every enabled test. @throws Error when the corpus can neither be read nor fetched */
export async function loadCorpus(): Promise<ScxmlCase[]> {
  const folder = await corpusFolder();
  const names = Object.entries(ENABLED_TESTS).flatMap(([group, tests]) =>
    tests.map((test) => `${group}/${test}`),
  );
  return Promise.all(
    names.map(async (name) => ({
      name,
      type: typeOf(name),
      source: await readFile(path.join(folder, `${name}.scxml`), 'utf8'),
      script: JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8')) as Script,
    })),
  );
}

/** `parallel+interrupt/test21b` becomes `scxmlParallelInterruptTest21b`. */
function typeOf(name: string): string {
  const words = name.replace(/\.txml$/, '').split(/[^A-Za-z0-9]+/);
  return `scxml${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}

/** The folder with the corpus's groups; fetched when it is not in the cache. */
async function corpusFolder(): Promise<string> {
  const base = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  const parent = path.join(base, 'windlass');
  const cached = path.join(parent, `scxml-corpus-${VERSION}`);
  if (!existsSync(cached)) await fetchCorpus({ parent, cached });
  return path.join(cached, 'test');
}

/** Into a folder of its own first, then moved at one stroke: many may do this at once. */
async function fetchCorpus({ parent, cached }: { parent: string; cached: string }): Promise<void> {
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(path.join(parent, 'fetch-'));
  try {
    const npm = process.env['npm_execpath'];
    const [command, ...before] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
    const arguments_ = [
      ...before,
      'pack',
      PACKAGE,
      '--silent',
      '--ignore-scripts',
      '--pack-destination',
      directory,
    ];
    // outside of the project: its own configuration is not wanted
    const { stdout } = await run(command, arguments_, { cwd: directory, timeout: FETCH_TIMEOUT_MS });
    const archive = path.join(directory, stdout.trim().split('\n').at(-1) ?? '');
    const sum = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (sum !== SHA512) throw new Error(`${PACKAGE} has SHA-512 ${sum}, expected is ${SHA512}`);
    await run('tar', ['-xzf', archive, '-C', directory]);
    await rename(path.join(directory, 'package'), cached).catch((error: unknown) => {
      if (!existsSync(cached)) throw error;
    });
  } catch (cause) {
    throw new Error(
      `The SCXML corpus ${PACKAGE} could not be fetched with npm pack. Check the registry, or unpack the package ` +
        `to ${cached} by hand.`,
      { cause },
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
