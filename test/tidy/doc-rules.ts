/** Prose that names a file, a command or a decision must stay true. */
import { lineAt, type Finding, type SourceFile } from './source-file.ts';

/** `like/this.ts`, `docs/adr/` or `package.json`; not commands, globs, placeholders or the name of a kind of file. */
const PATH_IN_PROSE = /`((?:[\w.-]+\/)+[\w.-]*|[\w-]+\.(?:md|json|yml|yaml))(?:#[\w-]+)?`/g;

/** Paths in backticks that do not exist. */
export function namedPathsExist(args: {
  docs: readonly SourceFile[];
  exists: (path: string) => boolean;
}): Finding[] {
  return args.docs.flatMap((doc) =>
    [...doc.text.matchAll(PATH_IN_PROSE)]
      .filter((match) => !args.exists(match[1] ?? ''))
      .map((match) => ({
        path: doc.path,
        line: lineAt(doc.text, match.index),
        message: `names '${match[1]}', which does not exist`,
      })),
  );
}

/** `npm run x` in prose for which package.json has no script. */
export function namedScriptsExist(args: {
  docs: readonly SourceFile[];
  scripts: readonly string[];
}): Finding[] {
  return args.docs.flatMap((doc) =>
    [...doc.text.matchAll(/\bnpm run ([\w:-]+)/g)]
      .filter((match) => !args.scripts.includes(match[1] ?? ''))
      .map((match) => ({
        path: doc.path,
        line: lineAt(doc.text, match.index),
        message: `names 'npm run ${match[1]}', which package.json does not have`,
      })),
  );
}

/** Decision records that lack what makes one readable later. */
export function decisionRecordsAreComplete(docs: readonly SourceFile[]): Finding[] {
  const parts: readonly [string, RegExp][] = [
    ['a title `# NNNN: …`', /^# \d{4}: \S/m],
    ['a status row', /^\| Status \| (proposed|accepted|replaced)/m],
    ['a revision table', /^\| Revision \| Date \| Change \|/m],
    ['## Decision', /^## Decision$/m],
    ['## Consequences', /^## Consequences$/m],
  ];
  return docs
    .filter((doc) => /^docs\/adr\/\d/.test(doc.path))
    .flatMap((doc) =>
      parts
        .filter(([, pattern]) => !pattern.test(doc.text))
        .map(([part]) => ({ path: doc.path, line: 1, message: `lacks ${part}` })),
    );
}

/** Words of the glossary's avoid list that appear in file names. */
export function avoidedWords(args: { glossary: string; files: readonly SourceFile[] }): Finding[] {
  const list = args.glossary.split('## Avoid')[1] ?? '';
  const words = new Set([...list.matchAll(/^\| ([a-z]+) \| file names/gm)].map(([, word]) => word));
  return args.files.flatMap((source) => {
    const found = source.path.split(/[/.-]/).find((word) => words.has(word));
    return found
      ? [{ path: source.path, line: 1, message: `'${found}' is on the glossary's avoid list` }]
      : [];
  });
}
