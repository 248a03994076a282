/**
 * XML text of a tree of members: what the answers of the double need and no more, because a simulated cloud writes
 * millions of them. Members named `@…` are attributes of the element they are in; absent members are left out; a list
 * repeats its element.
 */
export type XmlNode = string | number | boolean | undefined | XmlNode[] | { [name: string]: XmlNode };

const ATTRIBUTE = '@';
const SPECIAL = /[&<>"']/;
const ENTITIES: readonly (readonly [string, string])[] = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
];

/** Elements of the members, one behind the other, without white space. */
export function xmlText(members: { readonly [name: string]: XmlNode }): string {
  let text = '';
  for (const name in members) {
    const value = members[name];
    if (value === undefined || name.startsWith(ATTRIBUTE)) continue;
    if (!Array.isArray(value)) text += element(name, value);
    else for (const entry of value) if (entry !== undefined) text += element(name, entry);
  }
  return text;
}

function element(name: string, value: Exclude<XmlNode, undefined>): string {
  if (typeof value !== 'object') return `<${name}>${escaped(value)}</${name}>`;
  // A list in a list has no element of its own.
  if (Array.isArray(value))
    return value.map((entry) => (entry === undefined ? '' : element(name, entry))).join('');
  return `<${name}${attributes(value)}>${xmlText(value)}</${name}>`;
}

function attributes(members: { readonly [name: string]: XmlNode }): string {
  let text = '';
  for (const name in members) {
    const value = members[name];
    if (!name.startsWith(ATTRIBUTE) || value === undefined || typeof value === 'object') continue;
    text += ` ${name.slice(ATTRIBUTE.length)}="${escaped(value)}"`;
  }
  return text;
}

function escaped(value: string | number | boolean): string {
  const text = String(value);
  if (!SPECIAL.test(text)) return text;
  return ENTITIES.reduce((rest, [character, entity]) => rest.replaceAll(character, entity), text);
}
