import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Topology } from '#contracts/topology.ts';
import { asciiJson } from '#runtime/ascii-json.ts';
import { encodeCommit } from '#runtime/commit-encoding.ts';
import type { Effect } from '#runtime/effects.ts';
import { aCommit, rootAddress } from '#test/support/records.ts';

const topology = Topology.parse({});
const from = rootAddress('orca', 'a');
const to = rootAddress('clouddriver', 'b');
const encoded = (effects: readonly Effect[]) =>
  encodeCommit(aCommit({ address: from, epoch: 1, topology, step: 7, effects }));

describe('a commit as messages', () => {
  it('names every envelope by sender, step and effect: the same step tried again has the same ids', () => {
    const effects: Effect[] = [
      { kind: 'log', value: 'not sent' },
      { kind: 'send', to, event: { type: 'ONE' } },
      { kind: 'start-actor', to, parent: { address: from, childId: 'kid' } },
      { kind: 'stop-actor', to },
    ];
    const { parts } = encoded(effects);
    expect(parts.map((part) => part.kind === 'envelope' && [part.envelope.kind, part.envelope.id])).toEqual([
      ['event', `${from}@7.1`],
      ['start', `${from}@7.2`],
      ['stop', `${from}@7.3`],
    ]);
    expect(encoded(effects)).toEqual(encoded(effects));
  });

  it('sets an alarm, clears one, and needs not clear what it sets anew', () => {
    expect(encoded([{ kind: 'clear-wake' }])).toMatchObject({ parts: [], clearsAlarm: true });
    const both = encoded([{ kind: 'clear-wake' }, { kind: 'set-wake', dueAtMs: 5 }]);
    expect(both).toMatchObject({
      parts: [{ kind: 'alarm', dueAtMs: 5, envelope: { kind: 'wake', to: from, dueAtMs: 5 } }],
      clearsAlarm: false,
    });
  });

  it('stores nothing that its readers would refuse', () => {
    expect(() => encoded([{ kind: 'send', to, event: { type: '' } }])).toThrow();
    const commit = aCommit({ address: from, epoch: 1, topology });
    expect(() => encodeCommit({ ...commit, record: { ...commit.record, step: 0.5 } })).toThrow();
  });

  it('writes any JSON in ASCII, and it reads back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = asciiJson(JSON.stringify(value));
        expect(text).toMatch(/^[\x20-\x7e]*$/);
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value));
      }),
    );
  });
});
