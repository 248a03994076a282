/** A file that nothing starts from and nothing imports is dead: delete it or use it. */
import { importsOf } from './import-edges.ts';
import type { Finding, SourceFile } from './source-file.ts';

/** Where execution begins. */
const ENTRY =
  /^(services\/[^/]+\/main\.ts|test\/.*\.test\.ts|test\/chaos\/.*|test\/support\/.*-setup\.ts|bench\/.*|examples\/.*|tools\/(run|run-tests|verify)\.(mjs|ts)|vitest\.config\.ts)$/;

/** Files under src, machines and services that no entry point reaches. */
export function unreachable(files: readonly SourceFile[]): Finding[] {
  const byPath = new Map(files.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const open = files.filter((source) => ENTRY.test(source.path)).map((source) => source.path);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const source = byPath.get(next);
    if (!source || reached.has(next)) continue;
    reached.add(next);
    for (const edge of importsOf(source)) if (edge.file) open.push(edge.file);
    // Files given to a child process by name, e.g. new URL('./worker.ts', import.meta.url).
    for (const [, relative] of source.text.matchAll(/new URL\(\s*'(\.[^']+\.tsx?)'/g)) {
      open.push(new URL(relative ?? '', `file:///${next}`).pathname.slice(1));
    }
  }
  return files
    .filter((source) => /^(src|machines|services)\//.test(source.path) && !reached.has(source.path))
    .map((source) => ({
      path: source.path,
      line: 1,
      message: 'nothing reaches this file: use it or delete it',
    }));
}
