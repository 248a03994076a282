/** The simple JSON paths that webhooks use: `$.status`, `$.jobs[0].state`, `$['build state']`. */
import type { Json } from '#contracts/json.ts';

const STEP = /\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/y;

/** The steps of a path; null when the path is not of the simple kind. */
export function parseJsonPath(path: string): (string | number)[] | null {
  const rest = path.startsWith('$') ? path.slice(1) : `.${path}`;
  const steps: (string | number)[] = [];
  let index = 0;
  while (index < rest.length) {
    STEP.lastIndex = index;
    const match = STEP.exec(rest);
    if (match === null) return null;
    const [, name, position, single, double] = match;
    steps.push(position === undefined ? (name ?? single ?? double ?? '') : Number(position));
    index = STEP.lastIndex;
  }
  return steps;
}

/** What is at a path; undefined when nothing is, or the path is not of the simple kind. */
export function readJsonPath(value: Json | undefined, path: string): Json | undefined {
  const steps = parseJsonPath(path);
  if (steps === null) return undefined;
  let current: Json | undefined = value;
  for (const step of steps) {
    if (typeof current !== 'object' || current === null) return undefined;
    if (Array.isArray(current)) current = typeof step === 'number' ? current[step] : undefined;
    else current = Object.hasOwn(current, step) ? current[String(step)] : undefined;
  }
  return current;
}
