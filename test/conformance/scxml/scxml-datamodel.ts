/**
 * The ECMAScript datamodel: expressions of a document, evaluated over a machine's context.
 *
 * The corpus brings JavaScript as text; it is run here, in tests only. A context is data, so a function in it is kept as its source text.
 */
import { compileFunction } from 'node:vm';

/** Variables of the document by name. */
export type Datamodel = Record<string, unknown>;

/** What an expression sees besides the variables. */
export type Surroundings = {
  event?: { type: string; [key: string]: unknown } | undefined;
  sessionId?: string | undefined;
};

export const SCXML_PROCESSOR = 'http://www.w3.org/TR/scxml/#SCXMLEventProcessor';
const FUNCTION = 'scxmlFunction';

type Code = (scope: Datamodel) => unknown;
const compiled = new Map<string, Code>();

/** The value of an expression. */
export function evaluate(expression: string, model: Datamodel, around: Surroundings): unknown {
  return compile(`return (${expression});`)(scopeOf(model, around));
}

/** The variables after a script has run over them. */
export function execute(script: string, model: Datamodel, around: Surroundings): Datamodel {
  const scope = scopeOf(model, around);
  compile(script)(scope);
  return Object.fromEntries(Object.keys(model).map((name) => [name, stored(scope[name])]));
}

/** A value as a context keeps it. */
export function stored(value: unknown): unknown {
  return typeof value === 'function' ? { [FUNCTION]: String(value) } : value;
}

function compile(body: string): Code {
  const known = compiled.get(body);
  if (known !== undefined) return known;
  // `with` is what the datamodel means: names are those of its variables first
  const code = compileFunction(`with (scope) { ${body} }`, ['scope']) as Code;
  compiled.set(body, code);
  return code;
}

function scopeOf(model: Datamodel, { event, sessionId }: Surroundings): Datamodel {
  const location = `#_scxml_${sessionId ?? ''}`;
  return {
    _event: eventOf(event),
    _sessionid: sessionId,
    _ioprocessors: { scxml: { location }, basichttp: { location } },
    ...Object.fromEntries(Object.entries(model).map(([name, value]) => [name, revived(value)])),
  };
}

function revived(value: unknown): unknown {
  const source = (value as { [FUNCTION]?: string } | null | undefined)?.[FUNCTION];
  return source === undefined ? value : compile(`return (${source});`)({});
}

/** XState's event in the words of SCXML. */
function eventOf(event: Surroundings['event']): Datamodel | undefined {
  if (event === undefined || event.type === 'xstate.init') return undefined;
  const { type, output, ...rest } = event;
  const name = type.replace(/^xstate\.done\.actor\./, 'done.invoke.').replace(/^xstate\./, '');
  return { name, ...(output === undefined ? {} : { data: output }), ...rest };
}
