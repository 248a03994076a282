import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { avoidedWords, decisionRecordsAreComplete, namedPathsExist, namedScriptsExist } from './doc-rules.ts';
import { EXPORTS } from './import-edges.ts';
import { file } from './plant.ts';
import { readCode, readDocs, ROOT, toLines } from './source-file.ts';
import { machinePaths } from './text-rules.ts';

const DOCS = readDocs();
const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

describe('docs', () => {
  it('name only paths that exist', () => {
    const exists = (name: string): boolean => name in EXPORTS || existsSync(path.join(ROOT, name));
    expect(toLines(namedPathsExist({ docs: DOCS, exists }))).toEqual([]);
  });

  it('are caught when they name a path that does not exist', () => {
    const docs = [file('ARCHITECTURE.md', 'See `src/there.ts`,\n`src/gone.ts` and `src/<area>/x.ts`.')];
    const findings = namedPathsExist({ docs, exists: (name) => name === 'src/there.ts' });
    expect(toLines(findings)).toEqual(["ARCHITECTURE.md:2: names 'src/gone.ts', which does not exist"]);
  });

  it('name only commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(toLines(namedScriptsExist({ docs: DOCS, scripts: Object.keys(scripts) }))).toEqual([]);
  });

  it('are caught when they name a command that does not exist', () => {
    const findings = namedScriptsExist({
      docs: [file('README.md', 'npm run verify\nnpm run gone')],
      scripts: ['verify'],
    });
    expect(findings.map((finding) => finding.line)).toEqual([2]);
  });

  it('hold no path of one machine', () => {
    expect(toLines(machinePaths(DOCS))).toEqual([]);
  });
});

describe('decision records', () => {
  it('are complete', () => {
    expect(toLines(decisionRecordsAreComplete(DOCS))).toEqual([]);
  });

  it('are caught when a part is missing', () => {
    const whole =
      '# 0001: X\n| Status | accepted |\n| Revision | Date | Change |\n## Decision\n## Consequences\n';
    expect(decisionRecordsAreComplete([file('docs/adr/0001-x.md', whole)])).toEqual([]);
    const partial = whole.replace('## Consequences\n', '');
    expect(toLines(decisionRecordsAreComplete([file('docs/adr/0001-x.md', partial)]))).toEqual([
      'docs/adr/0001-x.md:1: lacks ## Consequences',
    ]);
  });
});

describe('the glossary', () => {
  it('keeps its avoided words out of file names', () => {
    expect(toLines(avoidedWords({ glossary: read('docs/glossary.md'), files: readCode() }))).toEqual([]);
  });

  it('catches an avoided word in a file name', () => {
    const files = [file('src/runtime/workflow-step.ts', ''), file('src/runtime/step.ts', '')];
    const findings = avoidedWords({ glossary: read('docs/glossary.md'), files });
    expect(findings.map((finding) => finding.path)).toEqual(['src/runtime/workflow-step.ts']);
  });
});
