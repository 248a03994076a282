/** Which nodes of a statechart are lit, and which edges may be taken next. */
import { describe, expect, it } from 'vitest';
import type { StatechartEdge } from '#contracts/statechart-description.ts';
import { activeNodes, possibleEdges, triggerText, valueText } from '#services/console/page/active-nodes.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { busy } from '#test/unit/kernel/machines/busy.machine.ts';

const kernel = createKernel();
const description = kernel.describe(kernel.register(busy));

describe('the active nodes', () => {
  it('are the root and each node on the way to every active state', () => {
    const active = activeNodes(description, { left: 'a', right: 'working' });
    expect([...active]).toEqual(['busy', 'busy.left', 'busy.left.a', 'busy.right', 'busy.right.working']);
  });

  it('leave out what the statechart does not have', () => {
    expect([...activeNodes(description, { left: 'gone', right: 'working' })]).toEqual([
      'busy',
      'busy.left',
      'busy.right',
      'busy.right.working',
    ]);
  });
});

describe('the possible next transitions', () => {
  it('leave an active node, its parents too', () => {
    const active = activeNodes(description, { left: 'a', right: 'working' });
    const sources = [...possibleEdges(description, active)].map((index) => description.edges[index]?.source);
    expect(sources).toContain('busy.left.a');
    expect(sources.every((source) => source !== undefined && active.has(source))).toBe(true);
    expect(sources).not.toContain('busy.left.b');
  });
});

describe('the words of an edge', () => {
  const edge = (changes: Partial<StatechartEdge>): StatechartEdge => {
    return { source: 'a', targets: [], event: 'E', actions: [], reenter: false, ...changes };
  };

  it.each<[Partial<StatechartEdge>, string]>([
    [{}, 'E'],
    [{ trigger: 'always', event: 'always' }, 'always'],
    [{ trigger: 'after', delay: 250 }, 'after 250 ms'],
    [{ trigger: 'after', delay: 90_000 }, 'after 1.5 min'],
    [{ trigger: 'after', delay: 2_592_000_000 }, 'after 30 d'],
    [{ trigger: 'after', delay: 'patience' }, 'after patience'],
    [{ trigger: 'invoke-done', invoke: 'pay' }, 'pay done'],
    [{ trigger: 'invoke-error', invoke: '*' }, 'any child failed'],
    [{ trigger: 'state-done' }, 'final state reached'],
  ])('of %j are %s', (changes, text) => {
    expect(triggerText(edge(changes))).toBe(text);
  });
});

describe('a state value as text', () => {
  it.each([
    ['waiting', 'waiting'],
    [{ left: 'a', right: { on: 'x' } }, 'left.a, right.on.x'],
    [{ active: { left: 'a', right: 'b' } }, 'active.(left.a, right.b)'],
    [{ empty: {} }, 'empty'],
  ])('of %j is %s', (value, text) => {
    expect(valueText(value)).toBe(text);
  });
});
