import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ResourceLife } from '#services/aws-double/journal/ledger.ts';
import { createGroup, embeddedDouble, START_MS, type EmbeddedDouble } from './embedded-double.ts';

const GROUP = { AutoScalingGroupName: 'payments-v001' };

type Move = { readonly afterMs: number; readonly change: string; readonly count: number };

const PROCESSES = ['Launch', 'Terminate', 'AddToLoadBalancer', 'HealthCheck'];

function make(cloud: EmbeddedDouble, move: Move): void {
  const process = PROCESSES[move.count % PROCESSES.length] ?? 'Launch';
  switch (move.change) {
    case 'capacity':
      cloud.call('autoscaling', 'SetDesiredCapacity', { ...GROUP, DesiredCapacity: String(move.count) });
      return;
    case 'suspend':
      cloud.call('autoscaling', 'SuspendProcesses', { ...GROUP, ScalingProcesses: [process] });
      return;
    case 'resume':
      cloud.call('autoscaling', 'ResumeProcesses', { ...GROUP, ScalingProcesses: [process] });
      return;
    case 'kill': {
      const living = members(cloud).filter((life) => life.endedAtMs === undefined);
      const victim = living[move.count % Math.max(1, living.length)];
      if (victim !== undefined) cloud.call('ec2', 'TerminateInstances', { InstanceId: [victim.id] });
      return;
    }
    default:
      cloud.call('autoscaling', 'DeleteAutoScalingGroup', { ...GROUP, ForceDelete: 'true' });
  }
}

function members({ double }: EmbeddedDouble): ResourceLife[] {
  double.progressAll();
  return double.ledger
    .resources()
    .filter((life) => life.kind === 'instance' && 'groupName' in life.last)
    .filter((life) => life.tags.some((tag) => tag.value === 'payments-v001'));
}

/** Everything that happened, without the ids: they come from the count of lines in the journal. */
function history(cloud: EmbeddedDouble): unknown[] {
  cloud.double.progressAll();
  const zoneOf = new Map(
    cloud.double.ledger
      .resources()
      .flatMap((life) => ('zone' in life.last ? [[life.id, life.last.zone]] : [])),
  );
  return cloud.double.ledger
    .resources()
    .filter((life) => ['instance', 'targetRegistration', 'autoScalingGroup'].includes(life.kind))
    .filter((life) => life.createdAtMs >= START_MS)
    .map((life) => {
      const owner = 'instanceId' in life.last ? String(life.last.instanceId) : life.id;
      const dues = ['runningAtMs', 'leavingAtMs', 'shutdownAtMs', 'healthyAtMs', 'deregisteredAtMs'].map(
        (name) => Object.entries(life.last).find(([key]) => key === name)?.[1] ?? null,
      );
      return [life.kind, String(zoneOf.get(owner)), life.createdAtMs, life.endedAtMs ?? null, ...dues];
    })
    .map((line) => JSON.stringify(line))
    .toSorted();
}

const moves = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 2_500 }),
    change: fc.constantFrom('capacity', 'capacity', 'suspend', 'resume', 'kill', 'delete'),
    count: fc.integer({ min: 0, max: 5 }),
  }),
  { maxLength: 12 },
);

describe('progress of the cloud', () => {
  const directories: string[] = [];
  afterEach(() => directories.splice(0).forEach((directory) => rmSync(directory, { recursive: true })));

  it('gives the same history however often somebody looks', () => {
    fc.assert(
      fc.property(moves, fc.integer({ min: 50, max: 400 }), (script, lookEveryMs) => {
        // given two equal clouds, of which one is looked at all the time
        const seldom = embeddedDouble();
        const often = embeddedDouble();
        for (const cloud of [seldom, often]) createGroup(cloud, 3);
        // when the same things are done to both at the same times
        for (const move of [...script, { afterMs: 30_000, change: 'capacity', count: 1 }]) {
          const untilMs = seldom.clock.nowMs + move.afterMs;
          seldom.clock.nowMs = untilMs;
          while (often.clock.nowMs < untilMs) {
            often.clock.nowMs = Math.min(untilMs, often.clock.nowMs + lookEveryMs);
            often.call('autoscaling', 'DescribeAutoScalingGroups');
          }
          for (const cloud of [seldom, often]) make(cloud, move);
        }
        for (const cloud of [seldom, often]) cloud.clock.nowMs += 30_000;
        // then the same happened in both
        expect(history(seldom)).toEqual(history(often));
      }),
      { numRuns: 150 },
    );
  });

  it('is the same after a restart, ledger and resources alike', () => {
    fc.assert(
      fc.property(moves, (script) => {
        // given a cloud with a journal
        const directory = mkdtempSync(path.join(tmpdir(), 'aws-double-'));
        directories.push(directory);
        const before = embeddedDouble(directory);
        createGroup(before, 2);
        for (const move of script) {
          before.clock.nowMs += move.afterMs;
          make(before, move);
        }
        // when another double opens the journal
        const after = embeddedDouble(directory);
        // then it knows all of it
        expect(after.double.ledger.since(0)).toEqual(
          JSON.parse(JSON.stringify(before.double.ledger.since(0))),
        );
        expect(after.double.ledger.nextSeq).toBe(before.double.ledger.nextSeq);
        // and goes on in the same way
        for (const cloud of [before, after]) cloud.clock.nowMs = START_MS + 3_600_000;
        expect(history(after)).toEqual(history(before));
        for (const cloud of [before, after]) cloud.double.close();
      }),
      { numRuns: 30 },
    );
  });

  it('launches nothing while there is no capacity, says why, and launches when there is', () => {
    // given a region without room for the first two launches
    const cloud = embeddedDouble();
    cloud.double.setFaults({
      seed: 1,
      rules: [
        {
          match: { region: 'us-east-1' },
          fault: 'capacity',
          probability: 1,
          times: 2,
          delayMs: 0,
          afterEffect: false,
        },
      ],
    });
    // when a group is made
    createGroup(cloud, 1);
    cloud.clock.nowMs += 150;
    const early = cloud.call('autoscaling', 'DescribeScalingActivities', GROUP);
    cloud.clock.nowMs += 10_000;
    const late = cloud.call('autoscaling', 'DescribeScalingActivities', GROUP);
    // then its diary tells of the failures before the success
    expect(JSON.stringify(early.result)).toContain('InsufficientInstanceCapacity');
    expect(JSON.stringify(late.result)).toMatch(/Successful.*Failed.*Failed/);
    expect(members(cloud)).toHaveLength(1);
  });
});
