import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignPartitions } from '#runtime/assignment.ts';

const nodeName = fc.stringMatching(/^[a-z]{1,8}-[0-9a-f]{4}$/);
const fleet = fc.uniqueArray(nodeName, { minLength: 1, maxLength: 9 });
const partitions = fc.integer({ min: 1, max: 96 });

describe('the assignment of partitions', () => {
  it('gives every partition one owner, and nobody more than the fair share, rounded up', () => {
    fc.assert(
      fc.property(fleet, partitions, (nodes, count) => {
        const owners = assignPartitions({ partitions: count, nodes });
        expect([...owners.keys()]).toEqual(Array.from({ length: count }, (_, partition) => partition));
        const loads = Map.groupBy(owners.values(), (owner) => owner);
        for (const [owner, share] of loads) {
          expect(nodes).toContain(owner);
          expect(share.length).toBeLessThanOrEqual(Math.ceil(count / nodes.length));
        }
      }),
    );
  });

  it('is the same on every node, in whatever order the nodes became known', () => {
    fc.assert(
      fc.property(fleet, partitions, (nodes, count) => {
        const there = assignPartitions({ partitions: count, nodes: [...nodes.toReversed(), ...nodes] });
        expect(there).toEqual(assignPartitions({ partitions: count, nodes }));
      }),
    );
  });

  it('moves little more than its share when a node comes or goes', () => {
    const names = Array.from({ length: 9 }, (_, index) => `orca-${(index * 7919).toString(16)}`);
    for (let count = 2; count <= names.length; count += 1) {
      const nodes = names.slice(0, count);
      const before = assignPartitions({ partitions: 64, nodes });
      const after = assignPartitions({ partitions: 64, nodes: nodes.slice(1) });
      const gone = [...before].filter(([, owner]) => owner === nodes[0]).length;
      const moved = [...before].filter(([partition, owner]) => after.get(partition) !== owner).length;
      expect(moved).toBeGreaterThanOrEqual(gone);
      // The bound moves a few others along; a plain `partition % nodes` would move most of the 64.
      expect(moved).toBeLessThanOrEqual(gone + 24);
    }
  });

  it('gives nothing when there is nobody', () => {
    expect(assignPartitions({ partitions: 8, nodes: [] }).size).toBe(0);
  });
});
