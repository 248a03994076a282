import { XMLBuilder } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { xmlText, type XmlNode } from '#services/aws-double/wire/xml-text.ts';

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  suppressBooleanAttributes: false,
});

const trees: readonly [what: string, tree: { [name: string]: XmlNode }][] = [
  ['values of each kind', { A: { text: 'x', zero: 0, no: false, yes: true, empty: '' } }],
  ['what must be escaped', { A: { '@of': `1'2"3&<>`, text: `<a href='x'>&amp;"</a>` } }],
  ['lists of values and of members', { A: { item: ['x', 1, { B: 2 }, {}], none: [] } }],
  ['members without any', { A: {}, B: { '@xmlns': 'u' }, C: { D: {} } }],
];

describe('text of XML', () => {
  it.each(trees)('is that of a complete XML writer when there are %s', (_, tree) => {
    expect(xmlText(tree)).toBe(String(builder.build(tree)));
  });

  it('leaves out what is absent', () => {
    expect(xmlText({ A: { b: undefined, c: ['x', undefined] } })).toBe('<A><c>x</c></A>');
  });
});
