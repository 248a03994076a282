/** Rules about names, sizes and words, each with what to do instead. */
import path from 'node:path';
import { lineAt, type Finding, type Rule, type SourceFile } from './source-file.ts';

const LINES_MAX = 300;

/** A file that gathers what has no home grows without end. */
const EMPTY_NAME = /^types$|^(?:.+-)?(?:utils?|helpers?|manager|common|misc)$/;

export const fileSize: Rule = (files) =>
  files
    .map((source) => ({ source, lines: source.text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ source, lines }) => ({
      path: source.path,
      line: LINES_MAX,
      message: `has ${lines} lines, ${LINES_MAX} are allowed: split it by concept`,
    }));

function nameProblem(file: string): string | null {
  const base = path.posix.basename(file).replace(/\.[^.]+$/, '');
  if (base === 'index') return 'is a barrel: import the file that holds the thing';
  const empty = file.split('/').find((part) => EMPTY_NAME.test(part.split('.')[0] ?? ''));
  if (empty) return `'${empty}' says nothing: name the concept`;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/.test(base)) return 'is not kebab-case';
  return null;
}

export const fileNames: Rule = (files) =>
  files.flatMap((source) => {
    const problem = nameProblem(source.path);
    return problem ? [{ path: source.path, line: 1, message: problem }] : [];
  });

type BannedText = { pattern: RegExp; message: string; allowedIn?: RegExp };

const BANNED: readonly BannedText[] = [
  { pattern: /\b(?:it|test|describe|suite)\.only\b/g, message: '.only hides every other test: remove it' },
  {
    pattern: /\b(?:it|test|describe|suite)\.(?:skip|skipIf|runIf|todo|fails)\b/g,
    message: 'a test that does not run proves nothing: make it pass or delete it',
  },
  {
    pattern: /^export default\b/gm,
    message: 'no default exports: one thing has one name',
    allowedIn: /^vitest\.config\.ts$/,
  },
  { pattern: /^export \*/gm, message: 'no `export *`: import from the file that holds the thing' },
  {
    pattern: /\bprocess\.env\b/g,
    message: 'only config.ts reads the environment: take the value as an argument',
    allowedIn: /(^|\/)config\.ts$|^(tools|test|bench)\//,
  },
  { pattern: /@ts-(?:ignore|nocheck)/g, message: 'say it in types, or change the code' },
  {
    pattern: /@ts-expect-error/g,
    message: 'say it in types, or change the code',
    // these prove that a wrong program does not compile
    allowedIn: /^test\/(compile|unit\/define)\//,
  },
  { pattern: /\bas any\b/g, message: 'use unknown and check it' },
  { pattern: /\b(?:TODO|FIXME|XXX)\b/g, message: 'do it now or open an issue' },
  {
    pattern: /^(?:export )?(?:const )?(?:enum|namespace) \w/gm,
    message: 'Node cannot strip it: use a const object',
  },
  {
    pattern:
      /\b(?:setTimeout|setInterval|fetch|structuredClone|queueMicrotask)\(|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bcrypto\./g,
    message: 'a machine only decides: no clock, no randomness, no IO',
    allowedIn: /^(?!machines\/)/,
  },
];

/** These files spell what they ban. */
const SPELLS_THE_BANNED = /^test\/tidy\//;

export const bannedText: Rule = (files) =>
  files
    .filter((source) => !SPELLS_THE_BANNED.test(source.path))
    .flatMap((source) =>
      BANNED.filter((banned) => !banned.allowedIn?.test(source.path)).flatMap((banned) =>
        [...source.text.matchAll(banned.pattern)].map((match): Finding => ({
          path: source.path,
          line: lineAt(source.text, match.index),
          message: `'${match[0].trim()}': ${banned.message}`,
        })),
      ),
    );

/** Folders of one person's machine; a reader does not have them. */
const MACHINE_PATH = /(?<![\w.:/-])\/(?:home|Users|root|work|tmp|mnt|private)\/[\w.-]+/g;

export const machinePaths: Rule = (files) =>
  files.flatMap((source: SourceFile) =>
    [...source.text.matchAll(MACHINE_PATH)].map((match) => ({
      path: source.path,
      line: lineAt(source.text, match.index),
      message: `'${match[0]}' exists on one machine only: use a path from the root of the repository`,
    })),
  );
