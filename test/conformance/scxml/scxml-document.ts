/** SCXML text as a tree of elements in document order. */
import { XMLParser } from 'fast-xml-parser';

export type ScxmlElement = {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly ScxmlElement[];
  /** All text directly inside. */
  text: string;
};

const ATTRIBUTES = ':@';
const TEXT = '#text';
const PREFIX = '@_';

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: PREFIX,
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
});

/** The `<scxml>` element of a document. */
export function parseScxml(source: string): ScxmlElement {
  const roots = elementsOf(parser.parse(source));
  const root = roots.find(({ name }) => name === 'scxml');
  if (root === undefined) throw new Error('The document has no <scxml> element.');
  return root;
}

/** Children with one of these names. */
export function childrenOf(element: ScxmlElement, ...names: string[]): ScxmlElement[] {
  return element.children.filter(({ name }) => names.includes(name));
}

function elementsOf(parsed: unknown): ScxmlElement[] {
  if (!Array.isArray(parsed)) return [];
  return (parsed as Record<string, unknown>[]).flatMap((entry) => {
    const name = Object.keys(entry).find((key) => key !== ATTRIBUTES && key !== TEXT);
    if (name === undefined) return [];
    const content = entry[name];
    const attributes = Object.entries((entry[ATTRIBUTES] ?? {}) as Record<string, string>);
    return [
      {
        name,
        attributes: Object.fromEntries(attributes.map(([key, value]) => [key.slice(PREFIX.length), value])),
        children: elementsOf(content),
        text: textOf(content),
      },
    ];
  });
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return '';
  return (content as { [TEXT]?: string }[]).map((entry) => entry[TEXT] ?? '').join('');
}
