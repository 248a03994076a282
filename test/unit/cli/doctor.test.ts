import { describe, expect, it } from 'vitest';
import type { StreamSurvey } from '#bus/stream-survey.ts';
import type { NodeDescription } from '#contracts/node-settings.ts';
import { Topology } from '#contracts/topology.ts';
import { examineOwners } from '#services/cli/doctor/examine-owners.ts';
import { examineRecords } from '#services/cli/doctor/examine-records.ts';
import { examineDeadLetters, examineStreams } from '#services/cli/doctor/examine-streams.ts';

const topology = Topology.parse({ partitionsPerShard: 4, replicas: 3 });

const stream = (name: string, changes: Partial<StreamSurvey> = {}): StreamSurvey => ({
  name,
  messages: 0,
  lastSequence: 0,
  sizeBytes: 0,
  replicas: 3,
  currentReplicas: 3,
  leader: 'nats-1',
  metadata: {},
  ...changes,
});
const NAMES = [
  'KV_clouddriver_0',
  'KV_orca_0',
  'IN_clouddriver',
  'ACT_clouddriver',
  'IN_orca',
  'ACT_orca',
  'REQUESTS',
  'DEAD',
  'HISTORY',
];

describe('examineStreams', () => {
  it('finds all well when every stream has all its copies', () => {
    const findings = examineStreams(
      NAMES.map((name) => stream(name)),
      topology,
    );
    expect(findings).toHaveLength(NAMES.length);
    expect(findings.every(({ verdict }) => verdict === 'ok')).toBe(true);
  });

  it('names a stream that is missing, and what to do', () => {
    const findings = examineStreams(
      NAMES.slice(1).map((name) => stream(name)),
      topology,
    );
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toMatchObject([
      { check: 'stream KV_clouddriver_0', verdict: 'wrong', remedy: expect.stringContaining('Start') },
    ]);
  });

  it.each([
    [2, 'warn'],
    [1, 'wrong'],
  ])('calls %i of 3 copies %s', (currentReplicas, verdict) => {
    const findings = examineStreams(
      NAMES.map((name) => stream(name, { currentReplicas })),
      topology,
    );
    expect(findings[0]).toMatchObject({ verdict });
  });
});

describe('examineRecords', () => {
  const sized = (...sizes: number[]) =>
    sizes.map((sizeBytes, index) => ({ address: `orca:stage:x:x-${index}`, sizeBytes }));

  it('finds all well when no record is near the soft limit', () => {
    expect(examineRecords('orca', [])).toMatchObject({
      verdict: 'ok',
      detail: expect.stringContaining('128 KiB'),
    });
  });

  it('names the largest first, and counts those over the limit and those near it', () => {
    const finding = examineRecords('orca', sized(100 * 1024, 200 * 1024, 120 * 1024));
    expect(finding).toMatchObject({
      verdict: 'warn',
      detail: expect.stringMatching(
        /^1 over the soft limit of 128 KiB, 2 near it: orca:stage:x:x-1 200 KiB, /,
      ),
      remedy: expect.stringContaining('512 KiB'),
    });
  });

  it('names five and counts the others', () => {
    expect(examineRecords('orca', sized(...Array.from({ length: 8 }, () => 130 * 1024)))).toMatchObject({
      detail: expect.stringMatching(/, and 3 more$/),
    });
  });

  it('says so when there were too many to look at', () => {
    expect(examineRecords('orca', null)).toMatchObject({
      verdict: 'unknown',
      remedy: expect.stringContaining('--records'),
    });
  });
});

describe('examineDeadLetters', () => {
  it('warns of parked messages, which break nothing', () => {
    expect(examineDeadLetters([stream('DEAD', { messages: 2 })])).toMatchObject({ verdict: 'warn' });
    expect(examineDeadLetters([stream('DEAD')])).toMatchObject({ verdict: 'ok' });
  });
});

describe('examineOwners', () => {
  const node = (name: string, owned: number[]): NodeDescription => ({
    service: 'orca',
    node: name,
    pid: 1,
    startedAtMs: 0,
    owned,
    open: 0,
    actorTypes: [],
  });
  const owners = (...names: (string | null)[]) =>
    new Map(names.map((name, partition) => [partition, { partition, node: name, epoch: partition + 1 }]));

  it('finds all well when every partition is owned by a node that answers', () => {
    const nodes = [node('a', [0, 1]), node('b', [2, 3])];
    const finding = examineOwners({ service: 'orca', nodes, owners: owners('a', 'a', 'b', 'b') }, topology);
    expect(finding).toMatchObject({ verdict: 'ok', detail: '4 on a: 2, b: 2' });
  });

  it.each([
    ['a node that is gone', owners('a', 'a', 'b', 'b')],
    ['nobody', owners('a', 'a', null, null)],
    ['nobody ever', owners('a', 'a')],
  ])('finds partitions that are owned by %s', (_, found) => {
    const finding = examineOwners({ service: 'orca', nodes: [node('a', [0, 1])], owners: found }, topology);
    expect(finding).toMatchObject({ verdict: 'wrong', detail: expect.stringContaining('2 of 4') });
  });

  it('says that nothing goes on without any node', () => {
    const finding = examineOwners(
      { service: 'orca', nodes: [], owners: owners('a', 'a', 'a', 'a') },
      topology,
    );
    expect(finding).toMatchObject({ verdict: 'wrong', detail: expect.stringContaining('no node of orca') });
  });
});
