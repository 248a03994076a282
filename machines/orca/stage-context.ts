/**
 * What a stage can read: its own context, else the nearest ancestor whose outputs contain the key.
 * This is the contract that lets `findImage` feed `deploy`.
 */
import type { StartStage } from '#contracts/execution.ts';
import type { Json, JsonObject } from '#contracts/json.ts';
import { StageFailed } from './stage-failed.ts';

export type StageContext = {
  readonly start: StartStage;
  /** The stage's own context; nothing of its ancestors. */
  readonly own: JsonObject;
  /** Own context first, else ancestors' outputs. */
  get(key: string): Json | undefined;
  /** Statuses of its tasks so far, by name. */
  readonly tasks: Readonly<Record<string, string>>;
  /** Server groups that this stage and its synthetic stages created, as `account:region:name`. */
  readonly created: readonly string[];
};

export function stageContext(args: {
  start: StartStage;
  own: JsonObject;
  tasks?: Readonly<Record<string, string>>;
  created?: readonly string[];
}): StageContext {
  const { start, own } = args;
  return {
    start,
    own,
    tasks: args.tasks ?? {},
    created: args.created ?? [],
    get: (key) => {
      const mine = Object.hasOwn(own, key) ? own[key] : undefined;
      if (mine !== undefined && mine !== null) return mine;
      return Object.hasOwn(start.ancestorOutputs, key) ? start.ancestorOutputs[key] : undefined;
    },
  };
}

/** A string that must be there. @throws StageFailed naming the stage, the key and the remedy */
export function requireText(context: StageContext, key: string): string {
  const value = context.get(key);
  if (typeof value === 'string' && value !== '') return value;
  throw new StageFailed(
    'STAGE_CONTEXT_MISSING',
    `Stage '${context.start.stage.name ?? context.start.refId}' needs '${key}', and neither its own context nor the outputs of an earlier stage have it. Add '${key}' to the stage.`,
  );
}

/** A string, if there is one. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A number; numeric text counts, because parameters are often text. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A truth value; the texts `true` and `false` count. */
export function flagOf(value: Json | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true') return true;
  return value === 'false' ? false : undefined;
}

/** An object, if it is one. */
export function objectOf(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** The texts of a list. */
export function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The objects of a list. */
export function objectsOf(value: Json | undefined): JsonObject[] {
  if (!Array.isArray(value)) return [];
  const objects: JsonObject[] = [];
  for (const item of value) {
    const object = objectOf(item);
    if (object !== undefined) objects.push(object);
  }
  return objects;
}

/** A value as a person reads it: text as it is, anything else as JSON. */
export function printed(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** The object without some of its keys. */
export function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
