/** Reads which file imports what: static, type-only, re-exported and dynamic imports alike. */
import path from 'node:path';
import { lineAt, type SourceFile } from './source-file.ts';

export type ImportEdge = {
  from: string;
  line: number;
  specifier: string;
  typeOnly: boolean;
  /** Path of the imported file when it is ours, null when it is a package. */
  file: string | null;
};

/** Same table as `imports` of package.json; a test holds them equal. */
export const ALIASES: Readonly<Record<string, string>> = {
  '#contracts/': 'src/contracts/',
  '#bus/': 'src/bus/',
  '#define/': 'src/define/',
  '#door/': 'src/door/',
  '#runtime/': 'src/runtime/',
  '#testing/': 'src/testing/',
  '#telemetry/': 'src/telemetry/',
  '#machines/': 'machines/',
  '#services/': 'services/',
  '#examples/': 'examples/',
  '#test/': 'test/',
  '#tools/': 'tools/',
};

/** Same table as `exports` of package.json: what users import, and examples as users do. */
export const EXPORTS: Readonly<Record<string, string>> = {
  'windlass/activity': 'src/define/activity.ts',
  'windlass/client': 'src/door/client.ts',
  'windlass/contract': 'src/define/contract.ts',
  'windlass/durable': 'src/define/durable.ts',
  'windlass/migration': 'src/runtime/migration.ts',
  'windlass/testing': 'src/testing/test-actor.ts',
  'windlass/worker': 'src/door/worker.ts',
};

// At the start of a line, so that prose in comments does not count.
const STATIC = /^[ \t]*(?:import|export)\s+(type\s)?(?:[^'";()]*?\sfrom\s*)?['"]([^'"\n]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"`]([^'"`$\n]+)['"`]\s*\)/g;

function fileOf(from: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(from), specifier);
  const alias = Object.keys(ALIASES).find((prefix) => specifier.startsWith(prefix));
  if (alias) return `${ALIASES[alias]}${specifier.slice(alias.length)}`;
  return EXPORTS[specifier] ?? null;
}

function isComment(text: string, position: number): boolean {
  const start = text.lastIndexOf('\n', position) + 1;
  return /^\s*(\*|\/\/|\/\*)/.test(text.slice(start, position));
}

/** Every import of one file. */
export function importsOf(source: SourceFile): ImportEdge[] {
  const edge = (position: number, specifier: string, typeOnly: boolean): ImportEdge => ({
    from: source.path,
    line: lineAt(source.text, position),
    specifier,
    typeOnly,
    file: fileOf(source.path, specifier),
  });
  const found: ImportEdge[] = [];
  for (const match of source.text.matchAll(STATIC)) {
    const leading = match[0].length - match[0].trimStart().length;
    found.push(edge(match.index + leading, match[2] ?? '', match[1] !== undefined));
  }
  for (const match of source.text.matchAll(DYNAMIC)) {
    if (!isComment(source.text, match.index)) found.push(edge(match.index, match[1] ?? '', false));
  }
  return found;
}
