/** Each invariant fires on evidence that contradicts it, and on nothing else. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Happening } from './engine/history.ts';
import { INVARIANTS } from './invariants/all-invariants.ts';
import type { Evidence } from './invariants/evidence.ts';
import { simulateDeployments } from './worlds/deployments.ts';
import { simulateTrips } from './worlds/trips.ts';

/** Seeds of runs with something of everything. */
const TRIPS_SEED = 1;
const DEPLOYMENTS_SEED = 4;

type Plant = (real: { trips: Evidence; deployments: Evidence }) => Evidence;

/** Replaces the first happening that `change` does not leave alone. */
function changed(
  evidence: Evidence,
  change: (happening: Happening) => Happening | null | undefined,
): Evidence {
  let isDone = false;
  const happenings = evidence.happenings.flatMap((happening): Happening[] => {
    const other = isDone ? undefined : change(happening);
    if (other === undefined) return [happening];
    isDone = true;
    return other === null ? [] : [other];
  });
  expect(isDone, 'nothing to plant the violation in').toBe(true);
  return { ...evidence, happenings };
}

function withRecord(
  evidence: Evidence,
  wanted: (record: ActorRecord) => boolean,
  part: Partial<ActorRecord>,
): Evidence {
  const found = [...evidence.records].find(([, record]) => wanted(record));
  if (!found) throw new Error('nothing to plant the violation in');
  const [address, record] = found;
  return { ...evidence, records: new Map([...evidence.records, [address, { ...record, ...part }]]) };
}

const PLANTED: readonly [id: string, what: string, plant: Plant, sign: RegExp][] = [
  [
    'I1',
    'a group is made twice',
    ({ deployments }) => {
      const twice = deployments.cloud.lives.filter(
        ({ kind, createdBy }) => kind === 'autoScalingGroup' && createdBy !== 'seed',
      );
      return {
        ...deployments,
        cloud: { ...deployments.cloud, lives: [...deployments.cloud.lives, ...twice] },
      };
    },
    /2 times autoScalingGroup/,
  ],
  [
    'I1',
    'an attempt runs that no step asked for',
    ({ trips }) => ({
      ...trips,
      happenings: [
        ...trips.happenings,
        ...Array.from({ length: 99 }, (_, key): Happening => ({
          kind: 'attempted',
          atMs: 0,
          node: 'n',
          name: 'nap',
          attempt: 1,
          idempotencyKey: `k${key}`,
        })),
      ],
    }),
    /keys for/,
  ],
  [
    'I2',
    'an accepted event is never applied',
    ({ trips }) =>
      changed(trips, (happening) =>
        happening.kind === 'accepted' &&
        happening.envelope.kind === 'event' &&
        happening.envelope.event.type === 'NEWS'
          ? { ...happening, sequence: 1_000_000 }
          : undefined,
      ),
    /reached nobody/,
  ],
  [
    'I3',
    'a step is missing',
    ({ trips }) =>
      changed(trips, (happening) =>
        happening.kind === 'committed' && happening.record.step === 2 && happening.address.includes(':trip:')
          ? null
          : undefined,
      ),
    /went from step 1 to step 3/,
  ],
  [
    'I3',
    'a record is not what its log makes of it',
    ({ trips }) =>
      changed(trips, (happening) =>
        happening.kind === 'committed' && happening.record.step === 2 && happening.address.includes(':trip:')
          ? { ...happening, record: { ...happening.record, sequence: 99 } }
          : undefined,
      ),
    /not the fold/,
  ],
  [
    'I4',
    'a fenced-out owner commits',
    ({ trips }) =>
      changed(trips, (happening) =>
        happening.kind === 'committed' && happening.effects.some(({ kind }) => kind === 'send')
          ? { ...happening, epoch: -1 }
          : undefined,
      ),
    /came from epoch -1/,
  ],
  [
    'I5',
    'an event comes from a step that was never stored',
    ({ trips }) =>
      changed(trips, (happening) =>
        happening.kind === 'accepted' && /:trip:.*@1\.0(?:~\d+)?$/.test(happening.envelope.id)
          ? {
              ...happening,
              envelope: { ...happening.envelope, id: happening.envelope.id.replace('@1.0', '@999.0') },
            }
          : undefined,
      ),
    /never stored/,
  ],
  [
    'I6',
    'an alarm rings too early',
    ({ trips }) =>
      changed(trips, (happening) =>
        happening.kind === 'accepted' && happening.envelope.kind === 'wake'
          ? { ...happening, atMs: 0 }
          : undefined,
      ),
    /too early/,
  ],
  [
    'I7',
    'a timer waits for ever',
    ({ trips }) =>
      withRecord({ ...trips, endedAtMs: trips.endedAtMs + 1_000_000 }, ({ status }) => status === 'active', {
        timers: { late: { generation: 1, dueAtMs: 0, event: { type: 'LATE' } } },
      }),
    /long overdue/,
  ],
  [
    'I7',
    'an actor ends and keeps a timer',
    ({ trips }) =>
      withRecord(trips, ({ status }) => status === 'done', {
        timers: { late: { generation: 1, dueAtMs: 0, event: { type: 'LATE' } } },
      }),
    /ended and still has late/,
  ],
  [
    'I8',
    'an operation fails and leaves what it made',
    ({ deployments }) => {
      const [address] = [...deployments.records.keys()].filter((key) => key.includes(':createServerGroup:'));
      return withRecord(deployments, (record) => record.address === address, {
        state: {
          value: 'over',
          context: {},
          history: {},
          output: { status: 'compensated', outputs: {}, history: [] },
        },
      });
    },
    /ended compensated and left/,
  ],
  [
    'I9',
    'a launch template belongs to nobody',
    ({ deployments }) => {
      const lives = deployments.cloud.lives.filter(
        ({ kind, createdBy }) => kind !== 'autoScalingGroup' || createdBy === 'seed',
      );
      return { ...deployments, cloud: { ...deployments.cloud, lives } };
    },
    /belongs to no group/,
  ],
  [
    'I10',
    'a child lives after its parent',
    ({ trips }) => withRecord(trips, ({ address }) => address.includes(':leg:'), { status: 'active' }),
    /lives although its parent does not want it/,
  ],
  [
    'I11',
    'an answer goes to nobody',
    ({ trips }) => ({
      ...trips,
      happenings: [
        ...trips.happenings,
        { kind: 'replied', atMs: 0, to: 'nobody', answer: { outcome: 'applied' } },
      ],
    }),
    /nobody asked/,
  ],
  [
    'I12',
    'a record holds a secret',
    ({ deployments }) => ({ ...deployments, secrets: ['payments-c0'] }),
    /secret/,
  ],
];

describe('the checker', () => {
  let real: { trips: Evidence; deployments: Evidence };
  beforeAll(async () => {
    const trips = (await simulateTrips(TRIPS_SEED)).evidence;
    real = { trips, deployments: (await simulateDeployments(DEPLOYMENTS_SEED)).evidence };
  });

  for (const { id, title, check } of INVARIANTS) {
    it(`holds ${id} for true when nothing is wrong: ${title}`, () => {
      expect([...check(real.trips), ...check(real.deployments)]).toEqual([]);
    });
  }

  for (const [id, what, plant, sign] of PLANTED) {
    it(`sees by ${id} when ${what}`, () => {
      const evidence = plant(real);
      const found = INVARIANTS.find((invariant) => invariant.id === id)?.check(evidence) ?? [];
      expect(found.join('\n')).toMatch(sign);
    });
  }

  it('has a planted violation for each invariant', () => {
    expect(new Set(PLANTED.map(([id]) => id))).toEqual(new Set(INVARIANTS.map(({ id }) => id)));
  });
});
