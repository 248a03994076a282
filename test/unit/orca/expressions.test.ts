import { describe, expect, it } from 'vitest';
import { hasExpression, resolveExpressions } from '#machines/orca/expressions.ts';

const parameters = { version: '1.2', count: 3, flags: { dark: true }, off: false, nothing: null };

describe('resolveExpressions', () => {
  it('keeps the type when a text is exactly one expression', () => {
    expect(resolveExpressions('${parameters.count}', parameters).value).toBe(3);
    expect(resolveExpressions('${ trigger.parameters.flags }', parameters).value).toEqual({ dark: true });
    expect(resolveExpressions('${parameters.off}', parameters).value).toBe(false);
    expect(resolveExpressions('${parameters.nothing}', parameters)).toEqual({ value: null, problems: [] });
  });

  it('joins mixed text', () => {
    const text = 'app-${parameters.version}-${parameters.count}-${parameters.off}';
    expect(resolveExpressions(text, parameters).value).toBe('app-1.2-3-false');
  });

  it('walks lists and objects and leaves everything else alone', () => {
    const value = { list: ['${parameters.version}', 7, null], deep: { text: 'plain $ {text}' } };
    expect(resolveExpressions(value, parameters)).toEqual({
      value: { list: ['1.2', 7, null], deep: { text: 'plain $ {text}' } },
      problems: [],
    });
  });

  it('does not expand what a parameter contains', () => {
    const tricky = { a: '${parameters.b}', b: 'secret' };
    expect(resolveExpressions('x ${parameters.a}', tricky).value).toBe('x ${parameters.b}');
  });

  it.each([
    '${#stage("Deploy").status}',
    '${parameters.a.b}',
    '${1 + 1}',
    '${}',
    '${parameters.version',
    '${parameters["version"]}',
    '${execution.id}',
  ])('reports %s with its place and a remedy', (text) => {
    const { value, problems } = resolveExpressions({ clusters: [{ tag: text }] }, parameters, 'stages[2]');
    expect(value).toEqual({ clusters: [{ tag: text }] });
    expect(problems).toMatchObject([{ code: 'EXPRESSION_UNSUPPORTED', place: 'stages[2].clusters[0].tag' }]);
    expect(problems[0]?.remedy).toContain('${parameters.<name>}');
  });

  it('reports a parameter without a value, inherited names too', () => {
    expect(resolveExpressions('${parameters.missing}', parameters).problems).toMatchObject([
      { code: 'PARAMETER_UNKNOWN' },
    ]);
    expect(resolveExpressions('${parameters.constructor}', parameters).problems).toHaveLength(1);
  });

  it('tells whether a value still holds an expression', () => {
    expect(hasExpression({ a: ['${parameters.x}'] })).toBe(true);
    expect(hasExpression('plain')).toBe(false);
    expect(hasExpression(undefined)).toBe(false);
  });
});
