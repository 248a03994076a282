/** Turns arbitrary names into subject tokens and other limited alphabets. Pure, the same in every process. */

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
const MASK_64 = 0xffffffffffffffffn;

/** 64-bit FNV-1a of the text's UTF-16 units, as 16 hex digits. Short and stable; not for secrets. */
export function shortHash(text: string): string {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= BigInt(text.charCodeAt(index));
    hash = (hash * FNV_PRIME) & MASK_64;
  }
  return hash.toString(16).padStart(16, '0');
}

/** Cuts a text to `lengthMax`; a cut one ends in its hash, so that different texts stay different. */
export function fitted(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 17)}-${shortHash(text)}`;
}

/** Letters, digits and `-` stay; everything else becomes `_` with its hex code. Different names, different tokens. */
export function tokenOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9-]/g, (unit) => `_${unit.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
