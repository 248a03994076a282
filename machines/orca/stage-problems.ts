/** Checks that stage types share: each returns the problems of one key of a context. */
import type { Json, JsonObject } from '#contracts/json.ts';
import { hasExpression } from './expressions.ts';
import type { Problem } from './problem.ts';
import { regionsIn } from './server-group-targets.ts';
import { numberOf } from './stage-context.ts';

/** A fault in a context; `key` is the place, relative to the stage. */
export function contextProblem(key: string, message: string, remedy: string): Problem {
  return { code: 'STAGE_CONTEXT_INVALID', place: key, message, remedy };
}

/** The key must hold a number, or an expression that will give one. */
export function requireNumber(
  context: JsonObject,
  key: string,
  { min, unit }: { min: number; unit: string },
): Problem[] {
  const value = context[key];
  if (hasExpression(value)) return [];
  const number = numberOf(value);
  if (number !== undefined && number >= min) return [];
  const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
  return [contextProblem(key, `'${key}' ${found}.`, `Set '${key}' to a number of ${unit}, ${min} or more.`)];
}

/** The key must hold a text that is not empty. */
export function requireString(context: JsonObject, key: string, example: string): Problem[] {
  const value = context[key];
  if (typeof value === 'string' && value !== '') return [];
  const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
  return [
    contextProblem(
      key,
      `'${key}' ${found}.`,
      `Set '${key}' to a text, for example ${JSON.stringify(example)}.`,
    ),
  ];
}

/** One of the keys must hold a text: `account` or `credentials`, say. */
export function requireOneOf(
  context: JsonObject,
  keys: readonly [string, ...string[]],
  example: string,
): Problem[] {
  if (keys.some((key) => isText(context[key]))) return [];
  const names = keys.map((key) => `'${key}'`).join(' or ');
  return [
    contextProblem(
      keys[0],
      `${names} is missing.`,
      `Set ${names} to a text, for example ${JSON.stringify(example)}.`,
    ),
  ];
}

function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value !== '';
}

const REGION_KEYS = ['region', 'regions', 'availabilityZones', 'source'];

/** At least one region must be named, or an expression that will name one. */
export function requireRegion(context: JsonObject): Problem[] {
  if (regionsIn(context).length > 0 || REGION_KEYS.some((key) => hasExpression(context[key]))) return [];
  return [
    contextProblem('regions', 'No region is named.', `Set 'region', 'regions' or 'availabilityZones'.`),
  ];
}
