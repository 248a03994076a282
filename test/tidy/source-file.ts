/** The files of the repository as the tidy rules see them. A rule is a function of such a list, so it can be tested. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type SourceFile = {
  /** From the root of the repository, with forward slashes. */ path: string;
  text: string;
};

/** One violation, with what to do instead. */
export type Finding = { path: string; line: number; message: string };

export type Rule = (files: readonly SourceFile[]) => Finding[];

export const ROOT = path.resolve(import.meta.dirname, '../..');

const CODE_FOLDERS = ['src', 'machines', 'services', 'test', 'bench', 'examples', 'tools'];
const CODE = /\.(ts|tsx|mjs|js)$/;
/** Recorded material, not code of ours. */
const RECORDED = /\/(golden|corpus|fixtures|node_modules)\//;

function read(file: string): SourceFile {
  return { path: file, text: readFileSync(path.join(ROOT, file), 'utf8') };
}

/** All code of the repository, also what is not committed yet. */
export function readCode(): SourceFile[] {
  const folders = CODE_FOLDERS.filter((folder) => existsSync(path.join(ROOT, folder)));
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      path.posix.join(folder, name.replaceAll(path.sep, '/')),
    ),
  );
  return [...files, 'vitest.config.ts'].filter((file) => CODE.test(file) && !RECORDED.test(file)).map(read);
}

/** All prose of the repository. */
export function readDocs(): SourceFile[] {
  const inRoot = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  const inDocs = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.posix.join('docs', name.replaceAll(path.sep, '/')));
  return [...inRoot, ...inDocs].map(read);
}

/** Line number, from 1, of a position in a text. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

/** For `expect(...).toEqual([])`: a failure then reads as a list of `file:line: what to do`. */
export function toLines(findings: readonly Finding[]): string[] {
  return findings.map((finding) => `${finding.path}:${finding.line}: ${finding.message}`);
}
