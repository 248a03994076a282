import { describe, expect, it } from 'vitest';
import { clusterNameOf, parseClusterName } from '#machines/orca/cluster-name.ts';
import { selectToDisable, selectToShrink, withoutDeployed } from '#machines/orca/cluster-selection.ts';
import { aServerGroup } from './pipeline-run.ts';

const up = { id: 'i', zone: 'a', health: 'up' as const };
const out = { id: 'i', zone: 'a', health: 'outOfService' as const };
const aged = (name: string, createdAtMs: number, fields = {}) =>
  aServerGroup(name, { createdAtMs, ...fields });
const names = (groups: readonly { name: string }[]) => groups.map(({ name }) => name);
const key = (name: string) => `mgmt:us-west-2:${name}`;

describe('withoutDeployed', () => {
  it('leaves out what ancestors created and everything newer than the oldest of it', () => {
    const all = [aged('a-v001', 1), aged('a-v002', 2), aged('a-v003', 3), aged('a-v004', 4)];
    expect(names(withoutDeployed(all, [key('a-v003')]))).toEqual(['a-v001', 'a-v002']);
    expect(names(withoutDeployed(all, [key('a-v002'), key('a-v004')]))).toEqual(['a-v001']);
    expect(names(withoutDeployed(all, ['other:us-west-2:a-v001']))).toHaveLength(4);
  });
});

describe('selectToShrink', () => {
  const all = [
    aged('a-v001', 1, { disabled: true }),
    aged('a-v002', 2, { disabled: true, instances: [out, out] }),
    aged('a-v003', 3),
    aged('a-v004', 4),
  ];
  const selection = { keep: 2, allowActive: false, preferLarger: false };

  it('counts what it may not touch towards what is kept', () => {
    expect(names(selectToShrink(all, [key('a-v004')], selection))).toEqual(['a-v002', 'a-v001']);
    expect(names(selectToShrink(all, [key('a-v004')], { ...selection, keep: 3 }))).toEqual(['a-v001']);
  });

  it('takes a disabled server group with a healthy instance for active', () => {
    const serving = [...all.slice(1), aged('a-v001', 1, { disabled: true, instances: [up] })];
    expect(names(selectToShrink(serving, [], { ...selection, keep: 0 }))).toEqual(['a-v002']);
  });

  it('keeps active ones first, then larger, then newer ones', () => {
    const free = { keep: 1, allowActive: true, preferLarger: false };
    expect(names(selectToShrink(all, [], free))).toEqual(['a-v003', 'a-v002', 'a-v001']);
    const older = all.slice(0, 2);
    expect(names(selectToShrink(older, [], { ...free, preferLarger: true }))).toEqual(['a-v001']);
  });

  it('destroys nothing when more are kept than there are', () => {
    expect(selectToShrink(all, [], { ...selection, keep: 9 })).toEqual([]);
  });
});

describe('selectToDisable', () => {
  const all = [aged('a-v001', 1, { instances: [up, up] }), aged('a-v002', 2), aged('a-v003', 3)];

  it('keeps the newest active one when nothing was deployed', () => {
    expect(names(selectToDisable(all, [], { keep: 1, preferLarger: false }))).toEqual(['a-v002', 'a-v001']);
    expect(names(selectToDisable(all, [], { keep: 1, preferLarger: true }))).toEqual(['a-v002', 'a-v003']);
  });

  it('keeps the deployed one and disables all that are older', () => {
    expect(names(selectToDisable(all, [key('a-v003')], { keep: 1, preferLarger: false }))).toEqual([
      'a-v002',
      'a-v001',
    ]);
  });
});

describe('cluster names', () => {
  it.each([
    [{ app: 'myapp' }, 'myapp'],
    [{ app: 'myapp', stack: 'prod' }, 'myapp-prod'],
    [{ app: 'myapp', stack: 'prod', detail: 'a-b' }, 'myapp-prod-a-b'],
    [{ app: 'myapp', detail: 'canary' }, 'myapp--canary'],
  ])('%j is %s, and back', (parts, name) => {
    expect(clusterNameOf(parts)).toBe(name);
    expect(parseClusterName(`${name}-v007`)).toEqual({ ...parts, cluster: name, sequence: 7 });
    expect(parseClusterName(name)).toEqual({ ...parts, cluster: name });
  });
});
