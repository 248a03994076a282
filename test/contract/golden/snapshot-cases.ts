/** Where the golden snapshots come from: actors brought to states worth keeping, each with what comes next. */
import { addressOf } from '#contracts/address.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import type { Json, JsonObject } from '#contracts/json.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { probeDefinition } from '#runtime/probe-actor.ts';
import { fails, given, hangs, returns } from '#test/support/machine-harness.ts';
import {
  CONTEXT,
  DEFINITIONS,
  DENIED,
  GRANTING,
  request,
  run,
  serverGroup,
} from '#test/unit/clouddriver/operation-world.ts';
import { executionCases, ORCA_DEFINITIONS, stageCases } from './orca-snapshot-cases.ts';
import { activityEnds, events, wake, type SnapshotCase } from './snapshot-steps.ts';

/** Every actor type that some process registers. */
export const REGISTERED: readonly ActorDefinition[] = [...ORCA_DEFINITIONS, ...DEFINITIONS, probeDefinition];

const ON_V003 = { credentials: 'test', region: 'us-east-1', serverGroupName: 'shop-web-v003' };
const disabled = returns({
  serverGroup: serverGroup('shop-web-v003', {
    disabled: true,
    suspendedProcesses: ['Launch', 'Terminate', 'AddToLoadBalancer'],
  }),
});

type Saga = { context: JsonObject; first: string; late: string; undo?: string; activities?: object };

const SAGAS: Readonly<Record<string, Saga>> = {
  createServerGroup: {
    context: CONTEXT,
    first: 'listCluster',
    late: 'createAutoScalingGroup',
    undo: 'deleteLaunchTemplate',
  },
  cloneServerGroup: {
    context: CONTEXT,
    first: 'listCluster',
    late: 'verifyServerGroup',
    undo: 'deleteAutoScalingGroup',
  },
  resizeServerGroup: {
    context: { ...ON_V003, capacity: { min: 0, max: 9, desired: 5 } },
    first: 'describeServerGroup',
    late: 'setCapacity',
  },
  enableServerGroup: {
    context: ON_V003,
    first: 'describeServerGroup',
    late: 'registerTargets',
    undo: 'suspendProcesses',
    activities: { describeServerGroup: disabled },
  },
  disableServerGroup: {
    context: ON_V003,
    first: 'describeServerGroup',
    late: 'deregisterTargets',
    undo: 'resumeProcesses',
  },
  destroyServerGroup: { context: ON_V003, first: 'describeServerGroup', late: 'deleteLaunchTemplate' },
  describeCluster: {
    context: { credentials: 'test', cluster: 'shop-web', regions: ['us-east-1'] },
    first: 'describeCluster',
    late: 'describeCluster',
  },
};

function outputOf(activity: string, saga: Saga): Json {
  const scripts = { ...GRANTING, ...saga.activities } as Record<string, { value: Json }>;
  return scripts[activity]?.value ?? {};
}

function sagaCases([operation, saga]: [string, Saga]): SnapshotCase[] {
  const reach = (more: object) => async () =>
    (await run(request(operation, saga.context), { activities: { ...saga.activities, ...more } })).record();
  const at = (name: string, more: object, next: SnapshotCase['next']): SnapshotCase => ({
    name: `${operation}@1/${name}`,
    reach: reach(more),
    next,
  });
  const { first, late, undo } = saga;
  const stop = { type: 'operation.cancel', reason: 'enough' };
  return [
    at(`in-${first}`, { [first]: hangs() }, activityEnds({ output: outputOf(first, saga) })),
    at(`in-${late}`, { [late]: hangs() }, activityEnds({ output: outputOf(late, saga) })),
    at(`in-${late}-which-fails`, { [late]: hangs() }, activityEnds('denied')),
    at(`in-${late}-then-canceled`, { [late]: hangs() }, events(stop)),
    ...(undo === undefined
      ? []
      : [
          at(
            `undoing-by-${undo}`,
            { [late]: fails(DENIED), [undo]: hangs() },
            activityEnds({ output: outputOf(undo, saga) }),
          ),
        ]),
    at('done', {}, events(stop)),
  ];
}

function otherCases(): SnapshotCase[] {
  const awaiting = (looks: object) => async () =>
    (
      await run(request('awaitServerGroup', { ...ON_V003, condition: 'up' }), {
        activities: { describeServerGroup: looks },
      })
    ).record();
  const names = DEFINITIONS.find(({ type }) => type === 'serverGroupNames');
  const operation = (id: string) =>
    addressOf({ service: 'clouddriver', type: 'createServerGroup', root: 'x1', id });
  const reserve = (id: string) => ({
    type: 'names.reserve',
    operation: operation(id),
    key: '0',
    cluster: 'shop',
    existing: [],
  });
  const keeping =
    (...list: ActorEvent[]) =>
    async () => {
      if (!names) throw new Error('There is no keeper of names.');
      const keeper = await given(names, { service: 'clouddriver', id: 'n1', input: { id: 'n1' } });
      for (const event of list) await keeper.send(event);
      return keeper.record();
    };
  const probing = (probes: number) => async () => {
    const probe = await given(probeDefinition, { service: 'orca', id: 'probe-0', input: { id: 'probe-0' } });
    for (let sent = 0; sent < probes; sent += 1) await probe.send({ type: 'PROBE' });
    return probe.record();
  };
  const starting = returns({ serverGroup: serverGroup('shop-web-v003', { instances: [] }) });
  return [
    {
      name: 'awaitServerGroup@1/looking',
      reach: awaiting(hangs()),
      next: activityEnds({ output: { serverGroup: null } }),
    },
    { name: 'awaitServerGroup@1/before-the-next-look', reach: awaiting(starting), next: wake },
    {
      name: 'awaitServerGroup@1/canceled',
      reach: awaiting(starting),
      next: events({ type: 'operation.cancel', reason: 'no' }),
    },
    {
      name: 'serverGroupNames@1/one-name-held',
      reach: keeping(reserve('a')),
      next: events(reserve('b'), reserve('a')),
    },
    {
      name: 'serverGroupNames@1/one-name-released',
      reach: keeping(reserve('a')),
      next: events({ type: 'names.release', operation: operation('a'), key: '0' }, reserve('b')),
    },
    { name: 'probe@1/fresh', reach: probing(0), next: events({ type: 'PROBE' }) },
    { name: 'probe@1/probed', reach: probing(3), next: events({ type: 'PROBE' }, { type: 'OTHER' }) },
  ];
}

export const SNAPSHOT_CASES: readonly SnapshotCase[] = [
  ...executionCases(),
  ...stageCases(),
  ...Object.entries(SAGAS).flatMap(sagaCases),
  ...otherCases(),
];
