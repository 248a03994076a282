/** JSON values: the only data that actors, envelopes and views may hold. */
import { z } from 'zod';

export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/**
 * Any JSON value. `undefined`, functions, NaN, dates and class instances are refused, with the place in the value.
 *
 * Written out instead of `z.json()`, a union that tries each of its members at each place of a value: records, views,
 * tasks and envelopes are checked on every step.
 */
export const Json: z.ZodType<Json> = z.unknown().check((context) => {
  const place = placeOfForeign(context.value);
  if (place === null) return;
  context.issues.push({
    code: 'custom',
    input: context.value,
    path: place,
    message: 'Invalid input: expected plain JSON',
  });
}) as unknown as z.ZodType<Json>;

/** A JSON object: the shape of stage contexts, outputs and activity inputs. */
export const JsonObject: z.ZodType<JsonObject> = z.record(z.string(), Json);

/** Where in a value something is that JSON does not have; null when there is nothing of the kind. */
function placeOfForeign(value: unknown): (string | number)[] | null {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return null;
    case 'number':
      return Number.isFinite(value) ? null : [];
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return placeInList(value);
      return isPlainObject(value) ? placeInMembers(value) : [];
    default:
      return [];
  }
}

function placeInList(list: readonly unknown[]): (string | number)[] | null {
  // By number: a hole is not JSON either.
  for (let index = 0; index < list.length; index += 1) {
    const place = placeOfForeign(list[index]);
    if (place !== null) return [index, ...place];
  }
  return null;
}

function placeInMembers(members: Readonly<Record<string, unknown>>): (string | number)[] | null {
  for (const key of Object.keys(members)) {
    const place = placeOfForeign(members[key]);
    if (place !== null) return [key, ...place];
  }
  return null;
}

/** Whether a value is an object without a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The second: an object of another realm, as a test runner makes them.
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * What a text from outside says; undefined when it is no JSON. For callbacks of the bus: anyone may send anything, and what
 * a callback throws ends the reader of its connection.
 */
export function parsedJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
