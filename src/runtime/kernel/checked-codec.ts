/**
 * JSON, checked: nothing is lost in silence.
 *
 * C1 `encodeContext` keeps what JSON drops and machines use: `undefined`, dates and references to actors.
 * C2 `toJson` is for what leaves the actor (events, inputs, outputs): plain JSON; keys that are `undefined` go away,
 *    a reference to an actor becomes its address.
 * C3 Everything else that JSON would bend (NaN, Map, class instances, functions, cycles) is refused with its path.
 *
 * Values that need no change are returned as they are, not copied: contexts are immutable.
 */
import type { Address } from '#contracts/address.ts';
import type { Json, JsonObject } from '#contracts/json.ts';
import { addressOfReference, systemIdOf } from './actor-reference.ts';
import { isActorReference, type ActorReference } from './xstate-internals.ts';

/** Key that marks an encoded value: `{"$":"undefined"}`, `{"$":"date","ms":0}`, `{"$":"ref","id":"build","birth":3}`. */
const MARK = '$';
const DEPTH_MAX = 200;

/** Thrown for a value that has no faithful JSON form. */
export class NotJsonError extends Error {
  override readonly name = 'NotJsonError';
}

/**
 * What a reference in a context means: a child (the birth tells a later one of the same id apart), an actor elsewhere by
 * its address, or whoever has a system id.
 */
export type ReferenceIdentity = { id: string; birth: number; address?: Address; systemId?: string };

export type References = {
  identityOf: (reference: ActorReference) => ReferenceIdentity;
  revive: (identity: ReferenceIdentity) => unknown;
};

/** An encoded value with a rough size in characters. */
export type Encoded<T> = { json: T; sizeChars: number };

/** One encoding on its way; the path is only written out when something is refused. */
type Walk = {
  root: string;
  path: (string | number)[];
  sizeChars: number;
  keepsUndefined: boolean;
  /** The form of a value that JSON has no word for; undefined when it is none. */
  special: (value: object | undefined, walk: Walk) => Json | undefined;
};

function refuse(walk: Walk, what: string, remedy: string): never {
  const keys = walk.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
  throw new NotJsonError(`${walk.root}${keys.join('')} is ${what}, which cannot be stored. ${remedy}`);
}

/** Encodes a machine's context. @throws NotJsonError naming the path of the first value that cannot be stored. */
export function encodeContext(context: Record<string, unknown>, references: References): Encoded<JsonObject> {
  const special: Walk['special'] = (value, walk) => {
    if (value === undefined) return { [MARK]: 'undefined' };
    if (value instanceof Date) {
      const ms = value.getTime();
      return Number.isNaN(ms)
        ? refuse(walk, 'an invalid Date', 'Store null instead.')
        : { [MARK]: 'date', ms };
    }
    return isActorReference(value) ? { [MARK]: 'ref', ...references.identityOf(value) } : undefined;
  };
  const walk: Walk = { root: 'context', path: [], sizeChars: 0, keepsUndefined: true, special };
  return { json: encode(context, walk) as JsonObject, sizeChars: walk.sizeChars };
}

/** Plain JSON for what leaves the actor; `undefined` stays `undefined`. @throws NotJsonError naming the path. */
export function toJson(value: unknown, root: string): Encoded<Json | undefined> {
  if (value === undefined) return { json: undefined, sizeChars: 0 };
  const walk: Walk = { root, path: [], sizeChars: 0, keepsUndefined: false, special: outgoingSpecial };
  return { json: encode(value, walk), sizeChars: walk.sizeChars };
}

function outgoingSpecial(value: object | undefined, walk: Walk): Json | undefined {
  if (value === undefined) refuse(walk, 'undefined inside an array', 'Write null instead.');
  if (value instanceof Date) refuse(walk, 'a Date', 'Send milliseconds or toISOString() instead.');
  return isActorReference(value) ? addressJson(value, walk) : undefined;
}

/** What a receiver can send to: the same form as that of `remoteActor()`. */
function addressJson(reference: ActorReference, walk: Walk): Json {
  const address = addressOfReference(reference);
  if (address !== undefined) return { windlassAddress: address };
  if (systemIdOf(reference) !== undefined) {
    return refuse(walk, 'a reference by system id', 'Send the system id as text.');
  }
  return refuse(
    walk,
    'a reference to an activity or to a child that has gone',
    'Nobody could be reached by it.',
  );
}

function encode(value: unknown, walk: Walk): Json {
  switch (typeof value) {
    case 'string':
      walk.sizeChars += value.length + 3;
      return value;
    case 'boolean':
      walk.sizeChars += 6;
      return value;
    case 'number':
      walk.sizeChars += 12;
      if (Number.isFinite(value)) return value;
      return refuse(walk, String(value), 'Store null, or a text that says what it means.');
    case 'undefined':
      walk.sizeChars += 18;
      return walk.special(undefined, walk) ?? null;
    case 'object':
      if (value !== null) return encodeObject(value, walk);
      walk.sizeChars += 5;
      return null;
    default:
      return refuse(walk, `a ${typeof value}`, 'Store plain data.');
  }
}

function encodeObject(value: object, walk: Walk): Json {
  if (walk.path.length > DEPTH_MAX) {
    walk.path.length = 5;
    refuse(walk, `cyclic or deeper than ${DEPTH_MAX} levels`, 'Store ids instead of objects.');
  }
  if (Array.isArray(value)) return encodeArray(value, walk);
  const special = walk.special(value, walk);
  if (special !== undefined) {
    walk.sizeChars += 40;
    return special;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const name = (prototype as { constructor?: { name?: string } }).constructor?.name ?? 'unknown class';
    refuse(walk, `an instance of ${name}`, 'Store a plain object or an array of its content.');
  }
  return encodePlainObject(value as Record<string, unknown>, walk);
}

function encodeArray(value: readonly unknown[], walk: Walk): Json {
  walk.sizeChars += 2;
  let copy: Json[] | undefined;
  for (let index = 0; index < value.length; index += 1) {
    walk.path.push(index);
    const encoded = encode(value[index], walk);
    walk.path.pop();
    if (encoded !== value[index]) {
      copy ??= value.slice() as Json[];
      copy[index] = encoded;
    }
  }
  return copy ?? (value as Json[]);
}

function encodePlainObject(value: Record<string, unknown>, walk: Walk): Json {
  walk.sizeChars += 2;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item === undefined && !walk.keepsUndefined) {
      copy ??= { ...value };
      delete copy[key];
      continue;
    }
    walk.sizeChars += key.length + 4;
    walk.path.push(key);
    if (key === '__proto__') refuse(walk, 'a reserved key', 'Rename it.');
    const encoded = encode(item, walk);
    walk.path.pop();
    if (encoded !== item) {
      copy ??= { ...value };
      copy[key] = encoded;
    }
  }
  const json = (copy ?? value) as JsonObject;
  return walk.keepsUndefined && Object.hasOwn(json, MARK) ? { [MARK]: 'object', value: json } : json;
}

/** The inverse of {@link encodeContext}. */
export function decodeContext(json: JsonObject, references: References): Record<string, unknown> {
  return decode(json, references) as Record<string, unknown>;
}

function decode(value: Json, references: References): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return decodeItems(value, references);
  const mark = Object.hasOwn(value, MARK) ? value[MARK] : undefined;
  switch (mark) {
    case undefined:
      return decodeItems(value, references);
    case 'undefined':
      return undefined;
    case 'date':
      return new Date(value['ms'] as number);
    case 'ref':
      return references.revive(value as ReferenceIdentity);
    case 'object':
      return decodeItems(value['value'] as JsonObject, references);
    default:
      throw new NotJsonError(
        `A stored context holds the unknown mark ${JSON.stringify(mark)}; it was written by a newer version.`,
      );
  }
}

function decodeItems<T extends Json[] | JsonObject>(value: T, references: References): unknown {
  let copy: Record<string, unknown> | undefined;
  const items = value as Record<string, Json>;
  for (const key of Object.keys(items)) {
    const item = items[key] as Json;
    const decoded = decode(item, references);
    if (decoded !== item) {
      copy ??= (Array.isArray(value) ? value.slice() : { ...items }) as Record<string, unknown>;
      copy[key] = decoded;
    }
  }
  return copy ?? value;
}
