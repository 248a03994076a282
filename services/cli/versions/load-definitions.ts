/** Definitions from a module of the user: whatever it exports that is one. */
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { CliError, EXIT } from '../cli-error.ts';

const DEPTH_MAX = 3;

/** Exports that are definitions, lists of them, or objects that hold some (a catalog, a durable machine), once each. */
export async function loadDefinitions(file: string): Promise<ActorDefinition[]> {
  const found = new Set<ActorDefinition>();
  let exported: object;
  try {
    exported = (await import(pathToFileURL(path.resolve(file)).href)) as object;
  } catch (cause) {
    throw new CliError(
      {
        code: 'MODULE_NOT_LOADED',
        what: `The module '${file}' could not be loaded.`,
        why: (cause as Error).message,
        next: 'Name a .ts or .js file that exports actor definitions, and run the command where its imports resolve.',
        exitCode: EXIT.usage,
      },
      { cause },
    );
  }
  for (const value of Object.values(exported)) collect(value, { found, depth: 0 });
  if (found.size > 0) return [...found];
  throw new CliError({
    code: 'NO_DEFINITIONS',
    what: `The module '${file}' exports no actor definition.`,
    why: 'None of its exports has a type, a version and a machine, or holds something that has.',
    next: 'Export the definition, say: export const order = { type: "order", version: 2, machine };',
    exitCode: EXIT.usage,
  });
}

function collect(value: unknown, { found, depth }: { found: Set<ActorDefinition>; depth: number }): void {
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return;
  if (isDefinition(value)) {
    found.add(value);
    return;
  }
  if (!Array.isArray(value) && !isPlain(value)) return;
  for (const inner of Object.values(value)) collect(inner, { found, depth: depth + 1 });
}

function isDefinition(value: object): value is ActorDefinition {
  const { type, version, machine } = value as Partial<Record<keyof ActorDefinition, unknown>>;
  const outline = machine as { __xstatenode?: unknown } | undefined;
  return typeof type === 'string' && typeof version === 'number' && outline?.__xstatenode === true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
