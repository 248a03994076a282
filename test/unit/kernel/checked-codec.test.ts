/** The checked codec: nothing is lost in silence. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeContext, encodeContext, NotJsonError, toJson } from '#runtime/kernel/checked-codec.ts';

const references = {
  identityOf: () => ({ id: 'kid', birth: 3 }),
  revive: ({ id }: { id: string }) => `ref ${id}`,
};
const roundTrip = (context: Record<string, unknown>) =>
  decodeContext(JSON.parse(JSON.stringify(encodeContext(context, references).json)), references);

const storable = fc.dictionary(
  fc.oneof(
    fc.constant('$'),
    fc.string().filter((key) => key !== '__proto__'),
  ),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.date({ noInvalidDate: true }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        fc.oneof(
          fc.constant('$'),
          fc.string().filter((key) => key !== '__proto__'),
        ),
        tie('value'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  })).value,
  { maxKeys: 5, noNullPrototype: true },
);

describe('encodeContext', () => {
  it('brings back undefined, dates and keys that look like marks', () => {
    const context = {
      gone: undefined,
      at: new Date(5),
      list: [undefined, { at: new Date(6) }],
      $: 'date',
      inner: { $: 'undefined', ms: 1 },
    };
    const back = roundTrip(context);
    expect(back).toStrictEqual(context);
    expect(Object.hasOwn(back, 'gone')).toBe(true);
  });

  it('brings back whatever it takes', () => {
    fc.assert(
      fc.property(storable, (context) => {
        expect(roundTrip(context)).toStrictEqual(context);
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it('copies nothing that needs no change', () => {
    const context = { a: { b: [1, 'x', null] }, when: undefined };
    const { json } = encodeContext(context, references);
    expect(json['a']).toBe(context.a);
    expect(decodeContext(json, references)['a']).toBe(context.a);
  });

  it('stores references by id and birth', () => {
    const reference = { id: 'kid', sessionId: 's', send: () => {}, ref: null, src: 'x' };
    expect(encodeContext({ reference }, references).json).toEqual({
      reference: { $: 'ref', id: 'kid', birth: 3 },
    });
    expect(roundTrip({ reference })).toEqual({ reference: 'ref kid' });
  });

  class Money {
    cents = 1;
  }
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;

  it.each([
    ['context.a.b is NaN', { a: { b: Number.NaN } }],
    ['context.a[1] is Infinity', { a: [0, Infinity] }],
    ['context.m is an instance of Map', { m: new Map() }],
    ['context.s is an instance of Set', { s: new Set() }],
    ['context.price is an instance of Money', { price: new Money() }],
    ['context.error is an instance of Error', { error: new Error('x') }],
    ['context.f is a function', { f: () => 1 }],
    ['context.big is a bigint', { big: 1n }],
    ['context.symbol is a symbol', { symbol: Symbol('x') }],
    ['context.at is an invalid Date', { at: new Date(Number.NaN) }],
    ['is cyclic or deeper than 200 levels', cyclic],
    ['context.__proto__ is a reserved key', JSON.parse('{"__proto__":{}}') as Record<string, unknown>],
  ])('refuses with the path: %s', (message, context) => {
    expect(() => encodeContext(context, references)).toThrow(NotJsonError);
    expect(() => encodeContext(context, references)).toThrow(message);
  });

  it('refuses a mark it does not know', () => {
    expect(() => decodeContext({ a: { $: 'map' } }, references)).toThrow('unknown mark "map"');
  });
});

describe('toJson', () => {
  it('drops undefined keys, as JSON does, and nothing else', () => {
    expect(toJson({ a: undefined, b: { c: undefined, d: [1] } }, 'event').json).toEqual({ b: { d: [1] } });
    expect(toJson(undefined, 'output').json).toBeUndefined();
  });

  it.each([
    ['event.at is a Date', { at: new Date(0) }],
    ['event.list[0] is undefined inside an array', { list: [undefined] }],
    [
      'event.to is a reference to an activity or to a child that has gone',
      { to: { id: 'a', sessionId: 's', send: () => {}, ref: null } },
    ],
  ])('refuses with the path: %s', (message, value) => {
    expect(() => toJson(value, 'event')).toThrow(message);
  });

  it('sends a reference to an actor as its address', () => {
    const to = { id: 'a', sessionId: 'shop:order:o1:o1', send: () => {}, ref: null };
    expect(toJson({ to }, 'event').json).toEqual({ to: { windlassAddress: 'shop:order:o1:o1' } });
  });
});
