/**
 * The expressions that pipelines may hold: `${parameters.x}` and `${trigger.parameters.x}`.
 * A text that is exactly one expression keeps the parameter's type; mixed text is concatenated.
 */
import type { Json, JsonObject } from '#contracts/json.ts';
import { placeOf, type Problem } from './problem.ts';

const EXPRESSION = /\$\{([^}]*)\}?/g;
const PARAMETER = /^\s*(?:trigger\.)?parameters\.([A-Za-z_][\w-]*)\s*$/;

export type Resolution = { value: Json; problems: Problem[] };

/** Replaces every expression in a value, keys excepted. What cannot be replaced stays and is reported. */
export function resolveExpressions(value: Json, parameters: JsonObject, place = ''): Resolution {
  if (typeof value === 'string') return resolveText(value, parameters, place);
  if (Array.isArray(value)) {
    const parts = value.map((item, index) => resolveExpressions(item, parameters, placeOf(place, index)));
    return { value: parts.map((part) => part.value), problems: parts.flatMap((part) => part.problems) };
  }
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(
      ([key, item]) => [key, resolveExpressions(item, parameters, placeOf(place, key))] as const,
    );
    return {
      value: Object.fromEntries(parts.map(([key, part]) => [key, part.value])),
      problems: parts.flatMap(([, part]) => part.problems),
    };
  }
  return { value, problems: [] };
}

/** Whether a value still holds an expression. */
export function hasExpression(value: Json | undefined): boolean {
  return value !== undefined && JSON.stringify(value).includes('${');
}

function resolveText(text: string, parameters: JsonObject, place: string): Resolution {
  const matches = [...text.matchAll(EXPRESSION)];
  if (matches.length === 0) return { value: text, problems: [] };
  const problems: Problem[] = [];
  const values = matches.map((match) => {
    const part = parameterOf(match[0], parameters, place);
    if (part.problem !== undefined) problems.push(part.problem);
    return part.value;
  });
  if (problems.length > 0) return { value: text, problems };
  const [first] = values;
  if (matches.length === 1 && matches[0]?.[0] === text && first !== undefined) {
    return { value: first, problems };
  }
  let index = 0;
  const mixed = text.replaceAll(EXPRESSION, () => {
    const part = values[index];
    index += 1;
    return typeof part === 'string' ? part : JSON.stringify(part);
  });
  return { value: mixed, problems };
}

function parameterOf(
  expression: string,
  parameters: JsonObject,
  place: string,
): { value?: Json; problem?: Problem } {
  const name = expression.endsWith('}') ? PARAMETER.exec(expression.slice(2, -1))?.[1] : undefined;
  if (name === undefined) {
    return {
      problem: {
        code: 'EXPRESSION_UNSUPPORTED',
        place,
        message: `The expression ${expression} is not supported.`,
        remedy: 'Use ${parameters.<name>} or ${trigger.parameters.<name>}; write other values out.',
      },
    };
  }
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value !== undefined) return { value };
  return {
    problem: {
      code: 'PARAMETER_UNKNOWN',
      place,
      message: `The expression ${expression} names the parameter '${name}', which has no value.`,
      remedy: `Pass the parameter '${name}', or declare it in parameterConfig with a default.`,
    },
  };
}
