import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clusterNameOf,
  clusterOf,
  latestOf,
  nextServerGroupName,
  sequenceOf,
  serverGroupNameOf,
} from '#machines/clouddriver/frigga.ts';

const word = fc.stringMatching(/^[a-zA-Z0-9._]{1,10}$/);
const sequence = fc.integer({ min: 0, max: 999 });
const existing = fc.uniqueArray(fc.record({ sequence, createdAtMs: fc.integer({ min: 0, max: 1_000 }) }), {
  selector: (entry) => entry.sequence,
  maxLength: 999,
});

describe('Frigga names', () => {
  it('joins application, stack and detail as Spinnaker does', () => {
    expect(clusterNameOf({ application: 'app' })).toBe('app');
    expect(clusterNameOf({ application: 'app', stack: 'st' })).toBe('app-st');
    expect(clusterNameOf({ application: 'app', stack: 'st', detail: 'a-b' })).toBe('app-st-a-b');
    expect(clusterNameOf({ application: 'app', detail: 'd' })).toBe('app--d');
  });

  it('starts at v000 and follows the server group created last, not the highest number', () => {
    expect(nextServerGroupName('app', [])).toBe('app-v000');
    const wrapped = [
      { name: 'app-v999', createdAtMs: 1 },
      { name: 'app-v002', createdAtMs: 2 },
    ];
    expect(nextServerGroupName('app', wrapped)).toBe('app-v003');
  });

  it('goes on at v000 after v999 and skips numbers that are taken', () => {
    expect(nextServerGroupName('app', [{ name: 'app-v999', createdAtMs: 5 }])).toBe('app-v000');
    const taken = ['app-v998', 'app-v999', 'app-v000'].map((name, index) => ({
      name,
      createdAtMs: 5 - index,
    }));
    expect(nextServerGroupName('app', taken)).toBe('app-v001');
  });

  it('says so when all thousand numbers are taken', () => {
    const all = Array.from({ length: 1_000 }, (_, index) => ({
      name: serverGroupNameOf('app', index),
      createdAtMs: index,
    }));
    expect(nextServerGroupName('app', all)).toBeNull();
  });

  it('takes names apart as it put them together', () => {
    fc.assert(
      fc.property(word, fc.option(word, { nil: undefined }), sequence, (application, stack, number) => {
        const cluster = clusterNameOf({ application, stack });
        const name = serverGroupNameOf(cluster, number);
        expect(clusterOf(name)).toBe(cluster);
        expect(sequenceOf(name)).toBe(number);
      }),
    );
  });

  it('never gives a name that exists, and gives the first free one after the latest', () => {
    fc.assert(
      fc.property(existing, (entries) => {
        const names = entries.map((entry) => ({
          name: serverGroupNameOf('app', entry.sequence),
          createdAtMs: entry.createdAtMs,
        }));
        const next = nextServerGroupName('app', names) ?? '';
        const taken = new Set(names.map(({ name }) => name));
        expect(taken.has(next)).toBe(false);
        const latest = latestOf(names);
        const from = latest === null ? 0 : (sequenceOf(latest.name) ?? 0) + 1;
        for (let number = from; number % 1_000 !== (sequenceOf(next) ?? -1); number += 1) {
          expect(taken.has(serverGroupNameOf('app', number % 1_000))).toBe(true);
        }
      }),
    );
  });
});
