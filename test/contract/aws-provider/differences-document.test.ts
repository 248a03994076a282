import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { DIFFERENCES } from './differences.ts';
import { BEHAVIOURS } from './provider-suite.ts';

const DOCUMENT = 'docs/aws-differences.md';

function rowsOfTable(): string[] {
  return DIFFERENCES.map(({ behaviour: id, subject, observed, page }) => {
    const behaviour = BEHAVIOURS.find((entry) => entry.id === id);
    const cells = [
      `\`${id}\``,
      behaviour?.title ?? 'unknown behaviour',
      `\`${JSON.stringify(behaviour?.expected)}\``,
      subject,
      `\`${JSON.stringify(observed)}\``,
      `[AWS](${page})`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

describe('the document of differences', () => {
  it('lists exactly the differences the contract expects', async () => {
    const text = await readFile(DOCUMENT, 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toEqual(rowsOfTable());
  });

  it('names behaviours that exist, each once for a subject', () => {
    const keys = DIFFERENCES.map((difference) => `${difference.subject}/${difference.behaviour}`);
    expect(new Set(keys).size).toBe(keys.length);
    const ids = new Set(BEHAVIOURS.map((behaviour) => behaviour.id));
    expect(DIFFERENCES.filter((difference) => !ids.has(difference.behaviour))).toEqual([]);
    expect(ids.size).toBe(BEHAVIOURS.length);
  });

  it('differs from AWS in what it tells, for every entry', () => {
    const equal = DIFFERENCES.filter((difference) => {
      const behaviour = BEHAVIOURS.find((entry) => entry.id === difference.behaviour);
      return JSON.stringify(behaviour?.expected) === JSON.stringify(difference.observed);
    });
    expect(equal).toEqual([]);
  });
});
