import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ancestorsOf, dagOf, findCycle, nearestFirst } from '#machines/orca/dag.ts';
import { stageChildId } from '#machines/orca/child-id.ts';

const node = (refId: string, ...requisites: string[]) => ({ refId, requisites });

describe('dagOf', () => {
  it('runs stages in list order when none has a refId', () => {
    expect(dagOf([{ type: 'a' }, { type: 'b', requisiteStageRefIds: ['7'] }])).toEqual([
      node('0'),
      node('1', '0'),
    ]);
  });

  it('takes the graph as it is written otherwise', () => {
    const stages = [
      { type: 'a', refId: 'x' },
      { type: 'b', refId: 'y', requisiteStageRefIds: ['x', 'x'] },
    ];
    expect(dagOf(stages)).toEqual([node('x'), node('y', 'x')]);
  });
});

describe('findCycle', () => {
  it('names the stages of a cycle, the first one again at the end', () => {
    expect(findCycle([node('a'), node('b', 'a', 'd'), node('c', 'b'), node('d', 'c')])).toEqual([
      'b',
      'd',
      'c',
      'b',
    ]);
    expect(findCycle([node('a', 'a')])).toEqual(['a', 'a']);
  });

  it('finds none in a diamond', () => {
    expect(findCycle([node('a'), node('b', 'a'), node('c', 'a'), node('d', 'b', 'c')])).toBeNull();
  });

  it('walks 20,000 stages in a row', () => {
    const row = Array.from({ length: 20_000 }, (_, index) =>
      node(String(index), ...(index > 0 ? [String(index - 1)] : [])),
    );
    expect(findCycle(row)).toBeNull();
    expect(findCycle([node('0', '19999'), ...row.slice(1)])).toHaveLength(20_001);
  });
});

describe('ancestorsOf', () => {
  it('searches requisites in list order, then theirs, depth first', () => {
    const nodes = [node('a'), node('b', 'a'), node('c'), node('d', 'c', 'b'), node('e', 'd')];
    expect(ancestorsOf('e', nodes)).toEqual([['d'], ['b', 'c'], ['a']]);
  });

  it('searches all ancestors of the first requisite before those of the second', () => {
    const nodes = [node('a1'), node('b1'), node('a', 'a1'), node('b', 'b1'), node('e', 'b', 'a')];
    expect(ancestorsOf('e', nodes)).toEqual([['a', 'b'], ['a1'], ['b1']]);
  });

  it('visits each stage once in a graph of many diamonds', () => {
    const nodes = Array.from({ length: 60 }, (_, index) =>
      index < 2
        ? node(String(index))
        : node(String(index), ...[1, 2].map((back) => String(index - back - (index % 2)))),
    ).map(({ refId, requisites }) =>
      node(refId, ...requisites.filter((requisite) => Number(requisite) >= 0)),
    );
    expect(ancestorsOf('59', nodes).length).toBeLessThanOrEqual(60);
  });
});

describe('nearestFirst', () => {
  it('lets the earlier object win and keeps odd keys harmless', () => {
    expect(nearestFirst([{ a: 1 }, { a: 2, b: 3 }])).toEqual({ a: 1, b: 3 });
    const odd = nearestFirst([JSON.parse('{"__proto__":{"x":1}}'), { constructor: 'c' }]);
    expect(Object.keys(odd)).toEqual(['constructor', '__proto__']);
    expect(odd['x']).toBeUndefined();
  });
});

describe('stageChildId', () => {
  it('gives different refIds different ids that are safe', () => {
    const refIds = fc.string({ minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(refIds, refIds, (one, other) => {
        expect(stageChildId(one)).toMatch(/^stage-[A-Za-z0-9_-]+$/);
        expect(stageChildId(one) === stageChildId(other)).toBe(one === other);
      }),
    );
  });
});
