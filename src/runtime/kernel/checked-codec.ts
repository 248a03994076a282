/**
 * JSON, checked: nothing is lost in silence.
 *
 * C1 `encodeContext` keeps what JSON drops and machines use: `undefined`, dates and references to actors.
 * C2 `toJson` is for what leaves the actor (events, inputs, outputs): plain JSON; keys that are `undefined` go away.
 * C3 Everything else that JSON would bend (NaN, Map, class instances, functions, cycles) is refused with its path.
 *
 * Values that need no change are returned as they are, not copied: contexts are immutable.
 */
import type { Json, JsonObject } from '#contracts/json.ts';
import { isActorReference, type ActorReference } from './xstate-internals.ts';

/** Key that marks an encoded value: `{"$":"undefined"}`, `{"$":"date","ms":0}`, `{"$":"ref","id":"build","birth":3}`. */
const MARK = '$';
const DEPTH_MAX = 200;

/** Thrown for a value that has no faithful JSON form. */
export class NotJsonError extends Error {
  override readonly name = 'NotJsonError';
}

/** Which child a reference in a context means; the birth tells a later child of the same id apart. */
export type ReferenceIdentity = { id: string; birth: number };

export type References = {
  identityOf: (reference: ActorReference) => ReferenceIdentity;
  revive: (identity: ReferenceIdentity) => unknown;
};

/** An encoded value with a rough size in characters. */
export type Encoded<T> = { json: T; sizeChars: number };

type Walk = {
  sizeChars: number;
  special: (value: object | undefined, path: string) => Json | undefined;
  keepsUndefined: boolean;
};

function refuse(path: string, what: string, remedy: string): never {
  throw new NotJsonError(`${path} is ${what}, which cannot be stored. ${remedy}`);
}

/** Encodes a machine's context. @throws NotJsonError naming the path of the first value that cannot be stored. */
export function encodeContext(context: Record<string, unknown>, references: References): Encoded<JsonObject> {
  const walk: Walk = {
    sizeChars: 0,
    keepsUndefined: true,
    special: (value, path) => {
      if (value === undefined) return { [MARK]: 'undefined' };
      if (value instanceof Date) {
        const ms = value.getTime();
        return Number.isNaN(ms)
          ? refuse(path, 'an invalid Date', 'Store null instead.')
          : { [MARK]: 'date', ms };
      }
      if (isActorReference(value)) return { [MARK]: 'ref', ...references.identityOf(value) };
      return undefined;
    },
  };
  const json = encode(context, 'context', { walk, depth: 0 }) as JsonObject;
  return { json, sizeChars: walk.sizeChars };
}

/** Plain JSON for what leaves the actor; `undefined` stays `undefined`. @throws NotJsonError naming the path. */
export function toJson(value: unknown, path: string): Encoded<Json | undefined> {
  if (value === undefined) return { json: undefined, sizeChars: 0 };
  const walk: Walk = {
    sizeChars: 0,
    keepsUndefined: false,
    special: (special, at) => {
      if (special === undefined) return refuse(at, 'undefined inside an array', 'Write null instead.');
      if (special instanceof Date) return refuse(at, 'a Date', 'Send milliseconds or toISOString() instead.');
      if (isActorReference(special)) {
        return refuse(at, 'an actor reference', 'Send its address as text and reach it with remoteActor().');
      }
      return undefined;
    },
  };
  const json = encode(value, path, { walk, depth: 0 });
  return { json, sizeChars: walk.sizeChars };
}

type Position = { walk: Walk; depth: number };

function encode(value: unknown, path: string, { walk, depth }: Position): Json {
  switch (typeof value) {
    case 'string':
      walk.sizeChars += value.length + 3;
      return value;
    case 'boolean':
      walk.sizeChars += 6;
      return value;
    case 'number':
      walk.sizeChars += 12;
      if (!Number.isFinite(value))
        refuse(path, String(value), 'Store null, or a text that says what it means.');
      return value;
    case 'undefined':
      walk.sizeChars += 18;
      return walk.special(undefined, path) ?? null;
    case 'object':
      if (value === null) {
        walk.sizeChars += 5;
        return null;
      }
      if (depth > DEPTH_MAX)
        refuse(path, `cyclic or deeper than ${DEPTH_MAX} levels`, 'Store ids instead of objects.');
      return encodeObject(value, path, { walk, depth: depth + 1 });
    default:
      return refuse(path, `a ${typeof value}`, 'Store plain data.');
  }
}

function encodeObject(value: object, path: string, position: Position): Json {
  if (Array.isArray(value)) return encodeArray(value, path, position);
  const special = position.walk.special(value, path);
  if (special !== undefined) {
    position.walk.sizeChars += 40;
    return special;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const name = (prototype as { constructor?: { name?: string } }).constructor?.name ?? 'unknown class';
    refuse(path, `an instance of ${name}`, 'Store a plain object or an array of its content.');
  }
  return encodePlainObject(value as Record<string, unknown>, path, position);
}

function encodeArray(value: readonly unknown[], path: string, position: Position): Json {
  position.walk.sizeChars += 2;
  let copy: Json[] | undefined;
  for (let index = 0; index < value.length; index += 1) {
    const encoded = encode(value[index], `${path}[${index}]`, position);
    if (encoded !== value[index]) {
      copy ??= value.slice() as Json[];
      copy[index] = encoded;
    }
  }
  return copy ?? (value as Json[]);
}

function encodePlainObject(value: Record<string, unknown>, path: string, position: Position): Json {
  position.walk.sizeChars += 2;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    if (key === '__proto__') refuse(`${path}.__proto__`, 'a reserved key', 'Rename it.');
    const item = value[key];
    if (item === undefined && !position.walk.keepsUndefined) {
      copy ??= { ...value };
      delete copy[key];
      continue;
    }
    position.walk.sizeChars += key.length + 4;
    const encoded = encode(item, `${path}.${key}`, position);
    if (encoded !== item) {
      copy ??= { ...value };
      copy[key] = encoded;
    }
  }
  const json = (copy ?? value) as JsonObject;
  return position.walk.keepsUndefined && Object.hasOwn(json, MARK) ? { [MARK]: 'object', value: json } : json;
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
      return references.revive({ id: value['id'] as string, birth: value['birth'] as number });
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
